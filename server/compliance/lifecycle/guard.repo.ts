import { portable, select, update, type Db, type Tx } from '../../platform/persistence/index.ts';
import { sweepGuardEntity, type SweepGuardRow } from './lifecycle.entity.ts';

/** The one row; the migration put it there. */
const NAME = 'retention';

const GUARD_READ = select(sweepGuardEntity, { name: 'sweep_guard.read', where: ['name'] });
const GUARD_TURN = portable<{ name: string }>(
  'sweep_guard.turn',
  'UPDATE sweep_guard SET turns = turns + 1 WHERE name = :name',
  { params: { name: 'text' } },
);
const GUARD_SCHEDULE = update(sweepGuardEntity, {
  name: 'sweep_guard.schedule',
  set: ['isScheduled', 'version'],
  where: ['name', 'version'],
});
const GUARD_CLOCK = update(sweepGuardEntity, {
  name: 'sweep_guard.clock',
  set: ['highWaterAt', 'clockSeenAt'],
  where: ['name'],
});

/**
 * Waits until no chunk of a sweep and no change of a hold or rule is on its way, and keeps others out until this unit
 * of work ends. A hold that was acknowledged before is seen by everything that reads after this.
 */
export async function takeTurn(tx: Tx): Promise<void> {
  await tx.run(GUARD_TURN, { name: NAME });
}

/** What the sweeps agree on. */
export async function readGuard(db: Db): Promise<SweepGuardRow> {
  const row = await db.one(GUARD_READ, { name: NAME });
  if (row === undefined) throw new Error('The row of the sweeps is missing.');
  return row;
}

/** Switches sweeps on or off over a version; false when somebody was faster. */
export async function setScheduled(tx: Tx, isScheduled: boolean, version: number): Promise<boolean> {
  const set = { isScheduled, version: version + 1 };
  return (await tx.run(GUARD_SCHEDULE, { ...set, whereName: NAME, whereVersion: version })) === 1;
}

/** Keeps what the clock showed. */
export async function setClock(
  tx: Tx,
  clock: { highWaterAt: Date | null; clockSeenAt: Date | null },
): Promise<void> {
  await tx.run(GUARD_CLOCK, { ...clock, whereName: NAME });
}
