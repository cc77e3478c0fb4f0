import type { Clock } from '../../kernel/index.ts';
import { col, defineEntity, insert, portable, type Db, type Statement } from '../persistence/index.ts';
import { DatabaseConflict } from '../persistence/index.ts';

const leaseEntity = defineEntity(
  'lease',
  { name: col.text(64), holder: col.text(64), untilAt: col.instant(), fence: col.int() },
  { primaryKey: ['name'] },
);
const LEASE_INSERT = insert(leaseEntity);
/** A lease that ends far ahead was taken by a clock that has been set back since, and holds nobody off. */
const LEASE_TAKE = portable<{ name: string; holder: string; untilAt: Date; now: Date; ahead: Date }>(
  'lease.take',
  `UPDATE lease SET holder = :holder, until_at = :untilAt, fence = fence + 1
    WHERE name = :name AND (holder = :holder OR until_at < :now OR until_at > :ahead)`,
  { params: { name: 'text', holder: 'text', untilAt: 'instant', now: 'instant', ahead: 'instant' } },
);
const LEASE_DROP = portable<{ name: string; holder: string; now: Date }>(
  'lease.drop',
  'UPDATE lease SET until_at = :now WHERE name = :name AND holder = :holder',
  { params: { name: 'text', holder: 'text', now: 'instant' } },
);

/** How long a lease lasts without renewal: a dead process's work moves after this. */
export const LEASE_MS = 10_000;

/** A database connection that may write technical rows (leases, outbox states) outside a unit of work. */
export interface TechnicalDb extends Db {
  run<P>(statement: Statement<P, never>, params: P): Promise<number>;
  runMany<P>(statement: Statement<P, never>, rows: readonly P[]): Promise<number>;
}

/** Runs `work` on a connection. */
export type WithDb = <T>(work: (db: TechnicalDb) => Promise<T>) => Promise<T>;

/**
 * Statements that are each on a connection for as long as they take: for loops, whose steps read and write by themselves
 * in between and would hold one connection and wait for another.
 */
export function eachByItself(withDb: WithDb): TechnicalDb {
  return {
    all: (statement, params) => withDb((db) => db.all(statement, params)),
    one: (statement, params) => withDb((db) => db.one(statement, params)),
    run: (statement, params) => withDb((db) => db.run(statement, params)),
    runMany: (statement, rows) => withDb((db) => db.runMany(statement, rows)),
  };
}

/** The right to do one kind of work alone, in all processes on one database. */
export interface Lease {
  /** Takes or renews the lease; false when another process holds it. */
  hold(): Promise<boolean>;
  /** Gives it back at once, so that the next process need not wait. */
  drop(): Promise<void>;
}

/** A named lease row. `holder` must differ between processes; a refusal is not doubted for `refusedMs`. */
export function createLease(deps: {
  withDb: WithDb;
  clock: Clock;
  name: string;
  holder: string;
  refusedMs?: number;
}): Lease {
  const { withDb, clock, name, holder, refusedMs = 0 } = deps;
  let heldUntilMs = 0;
  let refusedAtMs = -Infinity;
  return {
    async hold() {
      const now = clock.now();
      if (Math.abs(now.getTime() - refusedAtMs) < refusedMs) return false;
      // Half the time is left: no need to ask the database again.
      const leftMs = heldUntilMs - now.getTime();
      if (leftMs > LEASE_MS / 2 && leftMs <= LEASE_MS) return true;
      const untilAt = new Date(now.getTime() + LEASE_MS);
      const ahead = new Date(now.getTime() + 2 * LEASE_MS);
      const isTaken = await withDb(async (db) => {
        if ((await db.run(LEASE_TAKE, { name, holder, untilAt, now, ahead })) === 1) return true;
        try {
          return (await db.run(LEASE_INSERT, { name, holder, untilAt, fence: 1 })) === 1;
        } catch (error) {
          if (error instanceof DatabaseConflict) return false;
          throw error;
        }
      });
      heldUntilMs = isTaken ? untilAt.getTime() : 0;
      refusedAtMs = isTaken ? -Infinity : now.getTime();
      return isTaken;
    },
    async drop() {
      heldUntilMs = 0;
      await withDb((db) => db.run(LEASE_DROP, { name, holder, now: clock.now() }));
    },
  };
}
