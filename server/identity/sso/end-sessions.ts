import type { Tx } from '../../platform/persistence/index.ts';
import { removeSession, type SessionRow } from '../session.repo.ts';

/** Ends sessions in the database, each with an entry; the caller forgets what it holds in memory. */
export async function endSessions(tx: Tx, rows: readonly SessionRow[], reason: string): Promise<void> {
  for (const { id } of rows) {
    await removeSession(tx, id);
    tx.record({ action: 'session.close', outcome: 'ok', reason, target: { type: 'session', id } });
  }
}
