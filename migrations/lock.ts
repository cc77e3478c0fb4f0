import { setTimeout as wait } from 'node:timers/promises';
import { MigrationError } from './errors.ts';
import { LEDGER, ORACLE_LOCK } from './ledger.ts';
import type { SchemaPort } from './port.ts';

/** Any number that nothing else in the database uses as an advisory lock: 'VDSK' in ASCII. */
const LOCK_KEY = 0x5644534b;
const RETRY_MS = 100;
/** On Oracle the lock is a row, because DDL commits; a runner that died leaves it, and it falls open after this. */
const ORACLE_LEASE_MS = 15 * 60_000;

/** Runs `work` while no other runner works on this schema. Throws `migration.locked` after `timeoutMs`. */
export async function withLock<T>(
  port: SchemaPort,
  options: { now: () => Date; timeoutMs: number },
  work: () => Promise<T>,
): Promise<T> {
  const lock = port.dialect === 'postgres' ? advisoryLock(port) : lockRow(port, options.now);
  const attempts = Math.max(1, Math.ceil(options.timeoutMs / RETRY_MS));
  for (let i = 0; i < attempts; i += 1) {
    if (await lock.take()) {
      try {
        return await work();
      } finally {
        await lock.free();
      }
    }
    await wait(RETRY_MS);
  }
  throw new MigrationError(
    'migration.locked',
    `Another process has been changing the schema for ${options.timeoutMs / 1000} s. Wait for it, then try again.`,
  );
}

interface Lock {
  take(): Promise<boolean>;
  free(): Promise<void>;
}

/** Ends with the session, so a killed runner never blocks the next one. */
function advisoryLock(port: SchemaPort): Lock {
  return {
    async take() {
      const { rows } = await port.query(`SELECT pg_try_advisory_lock(${LOCK_KEY}) AS taken`);
      return rows[0]?.taken === true;
    },
    async free() {
      await port.query(`SELECT pg_advisory_unlock(${LOCK_KEY})`);
    },
  };
}

function lockRow(port: SchemaPort, now: () => Date): Lock {
  return {
    async take() {
      if ((await port.query(LEDGER.oracle.exists)).rows.length === 0) {
        for (const statement of LEDGER.oracle.create) await port.query(statement);
      }
      const at = now();
      const untilAt = new Date(at.getTime() + ORACLE_LEASE_MS);
      const { changedCount } = await port.query(ORACLE_LOCK.claim, [untilAt, at]);
      await port.commit();
      return changedCount === 1;
    },
    async free() {
      await port.query(ORACLE_LOCK.free);
      await port.commit();
    },
  };
}
