import type { Database } from './data-source.ts';
import { Session } from './session.ts';

/** Longest statement of such a transaction, which may read and write whole tables. */
const STATEMENT_TIMEOUT_MS = 30 * 60_000;

/**
 * Runs `work` in one transaction whose statements all see the moment it began. Where it meets a change somebody else has
 * committed since, it fails as a whole, and may be tried again.
 */
export async function atOneMoment(
  database: Database,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const isPostgres = database.dialect.name === 'postgres';
  const runner = database.source.createQueryRunner();
  try {
    await runner.startTransaction(isPostgres ? 'REPEATABLE READ' : 'SERIALIZABLE');
    if (isPostgres) await runner.query(`SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
    await work(new Session(runner, database.dialect));
    await runner.commitTransaction();
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw database.dialect.translateError(error);
  } finally {
    await runner.release();
  }
}
