import { SYSTEM_ACTOR, type Clock } from '../../kernel/index.ts';
import type { Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { listHoldsToTell, noteHoldTold } from './hold.repo.ts';
import { DUE_TOLD_AGAIN_MS, dueOf, UNCONFIRMED_TOLD_MS, type HoldDue } from './hold.rules.ts';

/** Tells officers of one hold that waits for them. */
export type TellHoldDue = (tx: Tx, facts: { holdId: string; due: HoldDue }) => Promise<void>;

/** Holds told of in one look; the rest follow with the next. */
const TOLD_AT_ONCE = 200;

/**
 * Tells officers of holds whose planned end has come and of those nobody has confirmed for a day, again each week.
 * Nothing ends by itself. Each is an entry `hold.due`. Gives how many were told of.
 */
export async function tellDueHolds(deps: {
  uow: UnitOfWork;
  clock: Clock;
  tell: TellHoldDue;
}): Promise<number> {
  const { uow, clock, tell } = deps;
  const now = clock.now();
  const at = {
    now,
    unconfirmedAt: new Date(now.getTime() - UNCONFIRMED_TOLD_MS),
    toldAt: new Date(now.getTime() - DUE_TOLD_AGAIN_MS),
    limit: TOLD_AT_ONCE,
  };
  const rows = await uow.read((db) => listHoldsToTell(db, at));
  for (const row of rows) {
    await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const due = dueOf(row, now) ?? 'unconfirmed';
      await noteHoldTold(tx, row.id, now);
      const target = { type: 'hold', id: row.id };
      tx.record({ action: 'hold.due', outcome: 'ok', target, reason: due });
      await tell(tx, { holdId: row.id, due });
    });
  }
  return rows.length;
}
