import type { Database } from './data-source.ts';
import { Session } from './session.ts';

/**
 * Runs `work` in a transaction that records nothing: for counters and other rows that can be made anew from what units of
 * work have written.
 */
export async function inTransaction<T>(
  database: Database,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const runner = database.source.createQueryRunner();
  const session = new Session(runner, database.dialect);
  try {
    await session.begin();
    const result = await work(session);
    await session.commit([]);
    return result;
  } catch (error) {
    await session.rollback();
    throw database.dialect.translateError(error);
  } finally {
    await runner.release();
  }
}
