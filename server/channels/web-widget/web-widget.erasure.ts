import { portable, type Tx } from '../../platform/persistence/index.ts';

const SESSIONS = portable<{ requesterId: string }>(
  'erasure.visitor_session',
  'DELETE FROM visitor_session WHERE requester_id = :requesterId',
  { params: { requesterId: 'uuid' } },
);

/** An erased person's browser no longer leads to the conversations. */
export async function eraseVisitorRows(tx: Tx, requesterId: string): Promise<Record<string, number>> {
  return { visitor_session: await tx.run(SESSIONS, { requesterId }) };
}
