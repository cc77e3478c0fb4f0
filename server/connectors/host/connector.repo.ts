import {
  DatabaseConflict,
  insert,
  portable,
  remove,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import {
  connectorEntity,
  connectorSampleEntity,
  connectorSecretEntity,
  type ConnectorRow,
  type ConnectorSampleRow,
  type ConnectorSecretRow,
} from './connector.entity.ts';
import { CONNECTOR_LIMITS } from './limits.ts';

const CONNECTOR_INSERT = insert(connectorEntity);
const CONNECTOR_BY_ID = select(connectorEntity, { name: 'connector.by_id', where: ['id'] });
const CONNECTORS = select(connectorEntity, { name: 'connector.list', orderBy: [['id', 'asc']], limit: true });
const CONNECTOR_UPDATE = update(connectorEntity, {
  name: 'connector.update',
  set: ['name', 'config', 'tls', 'state', 'certificateEndsAt', 'shapes', 'version'],
  where: ['id', 'version'],
});
const CONNECTOR_HEALTH = update(connectorEntity, {
  name: 'connector.set_health',
  set: ['health', 'healthCode', 'drift', 'shapes', 'checkedAt'],
  where: ['id'],
});
const CONNECTOR_REMOVE = remove(connectorEntity, { name: 'connector.remove', where: ['id'] });
const SECRET_INSERT = insert(connectorSecretEntity);
const SECRETS = select(connectorSecretEntity, { name: 'connector_secret.list', where: ['connectorId'] });
const SECRET_UPDATE = update(connectorSecretEntity, {
  name: 'connector_secret.update',
  set: ['valueEnc', 'oldEnc', 'oldUntilAt', 'changedById', 'changedAt'],
  where: ['id'],
});
const SECRETS_REMOVE = remove(connectorSecretEntity, {
  name: 'connector_secret.remove_all',
  where: ['connectorId'],
});
const SAMPLE_INSERT = insert(connectorSampleEntity);
const SAMPLE_OF_INPUT = select(connectorSampleEntity, {
  name: 'connector_sample.of_input',
  where: ['connectorId', 'operation', 'inputBix'],
});
const SAMPLES = select(connectorSampleEntity, {
  name: 'connector_sample.latest',
  where: ['connectorId', 'operation'],
  orderBy: [['id', 'desc']],
  limit: true,
});
const SAMPLE_UPDATE = update(connectorSampleEntity, {
  name: 'connector_sample.update',
  set: ['document', 'at'],
  where: ['connectorId', 'operation', 'inputBix'],
});
const SAMPLE_REMOVE = remove(connectorSampleEntity, { name: 'connector_sample.remove', where: ['id'] });
const SAMPLES_REMOVE = remove(connectorSampleEntity, {
  name: 'connector_sample.remove_all',
  where: ['connectorId'],
});
const SAMPLE_COUNT = portable<{ connectorId: string; operation: string }, { samples: number }>(
  'connector_sample.count',
  `SELECT COUNT(*) AS samples FROM connector_sample s WHERE s.connector_id = :connectorId
    AND s.operation = :operation`,
  { params: { connectorId: 'uuid', operation: 'text' }, result: { samples: 'int' } },
);
const SAMPLE_OLDEST = select(connectorSampleEntity, {
  name: 'connector_sample.oldest',
  where: ['connectorId', 'operation'],
  orderBy: [['id', 'asc']],
  limit: true,
});

export async function insertConnector(tx: Tx, row: ConnectorRow): Promise<void> {
  await tx.run(CONNECTOR_INSERT, row);
}

/** A connector by id. */
export function findConnector(db: Db, id: string): Promise<ConnectorRow | undefined> {
  return db.one(CONNECTOR_BY_ID, { id });
}

/** Every connector; there are at most a hundred. */
export function listConnectors(db: Db): Promise<ConnectorRow[]> {
  return db.all(CONNECTORS, { limit: CONNECTOR_LIMITS.connectorsMax });
}

/** Changes what people set; false when somebody was faster. `row.version` is the new one. */
export async function updateConnector(tx: Tx, row: ConnectorRow): Promise<boolean> {
  const { id: whereId, name, config, tls, state, certificateEndsAt, shapes, version } = row;
  const set = { name, config, tls, state, certificateEndsAt, shapes, version };
  return (await tx.run(CONNECTOR_UPDATE, { ...set, whereId, whereVersion: version - 1 })) === 1;
}

/** How a connector fares. */
export type ConnectorHealth = Pick<ConnectorRow, 'health' | 'healthCode' | 'drift' | 'shapes' | 'checkedAt'>;

/** Notes how it fares; the version stays, since no person changed anything. */
export async function setConnectorHealth(tx: Tx, whereId: string, set: ConnectorHealth): Promise<void> {
  const { health, healthCode, drift, shapes, checkedAt } = set;
  await tx.run(CONNECTOR_HEALTH, { health, healthCode, drift, shapes, checkedAt, whereId });
}

/** Removes a connector with its secrets and recordings. */
export async function removeConnector(tx: Tx, id: string): Promise<void> {
  await tx.run(SECRETS_REMOVE, { connectorId: id });
  await tx.run(SAMPLES_REMOVE, { connectorId: id });
  await tx.run(CONNECTOR_REMOVE, { id });
}

export function listSecrets(db: Db, connectorId: string): Promise<ConnectorSecretRow[]> {
  return db.all(SECRETS, { connectorId });
}

export async function insertSecret(tx: Tx, row: ConnectorSecretRow): Promise<void> {
  await tx.run(SECRET_INSERT, row);
}

export async function updateSecret(tx: Tx, row: ConnectorSecretRow): Promise<void> {
  const { id: whereId, valueEnc, oldEnc, oldUntilAt, changedById, changedAt } = row;
  await tx.run(SECRET_UPDATE, { valueEnc, oldEnc, oldUntilAt, changedById, changedAt, whereId });
}

/** Keeps a recording in place of an older one of the same question; the oldest makes room. */
export async function saveSample(tx: Tx, row: ConnectorSampleRow): Promise<void> {
  const { connectorId, operation, inputBix, document, at } = row;
  const where = { whereConnectorId: connectorId, whereOperation: operation, whereInputBix: inputBix };
  if ((await tx.run(SAMPLE_UPDATE, { document, at, ...where })) > 0) return;
  const { samples = 0 } = (await tx.one(SAMPLE_COUNT, { connectorId, operation })) ?? {};
  if (samples >= CONNECTOR_LIMITS.samplesPerOperationMax) {
    const [oldest] = await tx.all(SAMPLE_OLDEST, { connectorId, operation, limit: 1 });
    if (oldest !== undefined) await tx.run(SAMPLE_REMOVE, { id: oldest.id });
  }
  await tx.run(SAMPLE_INSERT, row);
}

export function findSample(
  db: Db,
  where: { connectorId: string; operation: string; inputBix: Buffer },
): Promise<ConnectorSampleRow | undefined> {
  return db.one(SAMPLE_OF_INPUT, where);
}

/** The latest recordings of an operation. */
export function listSamples(db: Db, connectorId: string, operation: string): Promise<ConnectorSampleRow[]> {
  return db.all(SAMPLES, { connectorId, operation, limit: CONNECTOR_LIMITS.samplesPerOperationMax });
}

/** Tells a second writer of the same row from other faults. */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseConflict;
}
