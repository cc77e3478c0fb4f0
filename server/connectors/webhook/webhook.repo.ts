import { insert, remove, select, update, type Db, type Tx } from '../../platform/persistence/index.ts';
import type { QueueDb } from './ports.ts';
import { webhookEntity, type WebhookRow } from './webhook.entity.ts';
import { WEBHOOK_RULES } from './webhook.rules.ts';

const WEBHOOK_INSERT = insert(webhookEntity);
const WEBHOOK_BY_ID = select(webhookEntity, { name: 'webhook.by_id', where: ['id'] });
const WEBHOOKS = select(webhookEntity, { name: 'webhook.list', orderBy: [['id', 'asc']], limit: true });
const WEBHOOK_UPDATE = update(webhookEntity, {
  name: 'webhook.update',
  set: ['name', 'urlEnc', 'protocol', 'host', 'port', 'eventTypes', 'version'],
  where: ['id', 'version'],
});
const WEBHOOK_STATE = update(webhookEntity, {
  name: 'webhook.set_state',
  set: ['state', 'stoppedCode', 'failureCount', 'failingSinceAt', 'openUntilAt', 'version'],
  where: ['id', 'version'],
});
const WEBHOOK_SECRETS = update(webhookEntity, {
  name: 'webhook.set_secrets',
  set: ['secretEnc', 'oldSecretEnc', 'oldUntilAt', 'version'],
  where: ['id', 'version'],
});
const WEBHOOK_HEALTH = update(webhookEntity, {
  name: 'webhook.set_health',
  set: ['failureCount', 'failingSinceAt', 'openUntilAt', 'lastErrorCode', 'lastDeliveredAt'],
  where: ['id'],
});
const WEBHOOK_REMOVE = remove(webhookEntity, { name: 'webhook.remove', where: ['id'] });

/** A webhook by id. */
export function findWebhook(db: Db, id: string): Promise<WebhookRow | undefined> {
  return db.one(WEBHOOK_BY_ID, { id });
}

/** Every webhook; there are at most a hundred. */
export function listWebhooks(db: Db): Promise<WebhookRow[]> {
  return db.all(WEBHOOKS, { limit: WEBHOOK_RULES.webhooksMax });
}

export async function insertWebhook(tx: Tx, row: WebhookRow): Promise<void> {
  await tx.run(WEBHOOK_INSERT, row);
}

/** Changes what people set; false when somebody was faster. `row.version` is the new one. */
export async function updateWebhook(tx: Tx, row: WebhookRow): Promise<boolean> {
  const { id: whereId, name, urlEnc, protocol, host, port, eventTypes, version } = row;
  const set = { name, urlEnc, protocol, host, port, eventTypes, version };
  return (await tx.run(WEBHOOK_UPDATE, { ...set, whereId, whereVersion: version - 1 })) === 1;
}

/** Starts or stops it. */
export async function setWebhookState(tx: Tx, row: WebhookRow): Promise<boolean> {
  const { id: whereId, state, stoppedCode, failureCount, failingSinceAt, openUntilAt, version } = row;
  const set = { state, stoppedCode, failureCount, failingSinceAt, openUntilAt, version };
  return (await tx.run(WEBHOOK_STATE, { ...set, whereId, whereVersion: version - 1 })) === 1;
}

/** Keeps a rotated secret. */
export async function setWebhookSecrets(tx: Tx, row: WebhookRow): Promise<boolean> {
  const { id: whereId, secretEnc, oldSecretEnc, oldUntilAt, version } = row;
  const set = { secretEnc, oldSecretEnc, oldUntilAt, version };
  return (await tx.run(WEBHOOK_SECRETS, { ...set, whereId, whereVersion: version - 1 })) === 1;
}

/** Notes how the receiver fares; the version stays, since no person changed anything. */
export async function setWebhookHealth(db: QueueDb, row: WebhookRow): Promise<void> {
  const { id: whereId, failureCount, failingSinceAt, openUntilAt, lastErrorCode, lastDeliveredAt } = row;
  const set = { failureCount, failingSinceAt, openUntilAt, lastErrorCode, lastDeliveredAt };
  await db.run(WEBHOOK_HEALTH, { ...set, whereId });
}

export async function removeWebhook(tx: Tx, id: string): Promise<void> {
  await tx.run(WEBHOOK_REMOVE, { id });
}
