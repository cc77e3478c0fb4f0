export { EVENT_TYPES } from './event-catalogue.ts';
export type { CallOut, Places, QueueDb, Secrets, SealedColumn, WebhookPorts } from './ports.ts';
export { createWebhooks, type Webhooks } from './webhook.ts';
