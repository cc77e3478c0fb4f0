import { insert, portable, select, type Db, type Tx } from '../../platform/persistence/index.ts';
import { connectorCallEntity, type ConnectorCallRow } from './connector.entity.ts';

const CALL_INSERT = insert(connectorCallEntity);
const CALLS = select(connectorCallEntity, {
  name: 'connector_call.page',
  where: ['connectorId'],
  orderBy: [['id', 'desc']],
  keyset: true,
  limit: true,
});
const CALLS_REMOVE = portable<{ connectorId: string }>(
  'connector_call.remove_all',
  'DELETE FROM connector_call WHERE connector_id = :connectorId',
  { params: { connectorId: 'uuid' } },
);
const CALLS_SWEEP = portable<{ before: Date }>(
  'connector_call.sweep',
  'DELETE FROM connector_call WHERE at < :before',
  { params: { before: 'instant' } },
);

export async function insertCall(tx: Tx, row: ConnectorCallRow): Promise<void> {
  await tx.run(CALL_INSERT, row);
}

/** One page of a connector's calls, the newest first. */
export function listCalls(
  db: Db,
  connectorId: string,
  page: { limit: number; after?: readonly unknown[] | undefined },
): Promise<ConnectorCallRow[]> {
  return db.all(CALLS, { connectorId, ...page });
}

export async function removeCalls(tx: Tx, connectorId: string): Promise<void> {
  await tx.run(CALLS_REMOVE, { connectorId });
}

/** Forgets calls of long ago; the trail keeps them. */
export function sweepCalls(db: { run: Tx['run'] }, before: Date): Promise<number> {
  return db.run(CALLS_SWEEP, { before });
}
