import { col, defineEntity, type Json, type RowOf } from '../../platform/persistence/index.ts';

/** Systems outside that are asked. */
export const connectorEntity = defineEntity(
  'connector',
  {
    id: col.uuid(),
    name: col.text(100),
    module: col.text(30),
    config: col.json<{ [key: string]: Json }>(),
    tls: col.json<ConnectorTls>(),
    state: col.text(10),
    health: col.text(10),
    healthCode: col.text(64).optional(),
    drift: col.json<string[]>(),
    shapes: col.json<Record<string, string[]>>(),
    checkedAt: col.instant().optional(),
    certificateEndsAt: col.instant().optional(),
    createdById: col.text(64),
    createdAt: col.instant(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** How the other side is known, and how it knows us; PEM. The key is a secret. */
export type ConnectorTls = { ca?: string; cert?: string; servername?: string };

/** `off`: no calls; `live`; `record`: live, and answers are kept without content; `replay`: only recordings answer. */
export type ConnectorState = 'off' | 'live' | 'record' | 'replay';

/** Row of `connector`. `shapes`: names each operation's records had when they were last accepted. */
export type ConnectorRow = RowOf<typeof connectorEntity>;

/** Secrets of a connector; written, never shown. */
export const connectorSecretEntity = defineEntity(
  'connector_secret',
  {
    id: col.uuid(),
    connectorId: col.uuid(),
    name: col.text(40),
    valueEnc: col.sealed({ class: 'C2', scope: 'installation' }),
    oldEnc: col.sealed({ class: 'C2', scope: 'installation' }).optional(),
    oldUntilAt: col.instant().optional(),
    changedById: col.text(64),
    changedAt: col.instant(),
  },
  { primaryKey: ['id'] },
);

/** Row of `connector_secret`. */
export type ConnectorSecretRow = RowOf<typeof connectorSecretEntity>;

/** Each call, for the people who run the connector; the trail has it too. */
export const connectorCallEntity = defineEntity(
  'connector_call',
  {
    id: col.uuid(),
    connectorId: col.uuid(),
    operation: col.text(60),
    purpose: col.text(20),
    outcome: col.text(10),
    code: col.text(64).optional(),
    reason: col.text(40).optional(),
    tries: col.int(),
    tookMs: col.int(),
    recordCount: col.int(),
    correlationId: col.uuid(),
    ticketId: col.uuid().optional(),
    conversationId: col.uuid().optional(),
    at: col.instant(),
  },
  { primaryKey: ['id'] },
);

/** How a call ended. */
export type CallOutcome = 'ok' | 'cached' | 'stale' | 'replayed' | 'refused' | 'failed';

/** Row of `connector_call`. */
export type ConnectorCallRow = RowOf<typeof connectorCallEntity>;

/** Answers without content, to try mappings on and to answer from without the system. */
export const connectorSampleEntity = defineEntity(
  'connector_sample',
  {
    id: col.uuid(),
    connectorId: col.uuid(),
    operation: col.text(60),
    inputBix: col.bytes(8),
    document: col.json<Json>(),
    at: col.instant(),
  },
  { primaryKey: ['id'] },
);

/** Row of `connector_sample`. */
export type ConnectorSampleRow = RowOf<typeof connectorSampleEntity>;

/** Where a write stands. */
export const WRITE_STATE = { waiting: 0, done: 1, failed: 2, unknown: 3 } as const;

/** Writes that wait until the system outside has taken them. */
export const connectorWriteEntity = defineEntity(
  'connector_write',
  {
    id: col.uuid(),
    connectorId: col.uuid(),
    operation: col.text(60),
    purpose: col.text(20),
    actorType: col.text(20),
    actorId: col.text(64),
    requesterId: col.uuid(),
    ticketId: col.uuid().optional(),
    inputEnc: col.sealed({ class: 'C2', scope: 'requester' }).optional(),
    state: col.int(),
    isSent: col.flag(),
    attempts: col.int(),
    nextAt: col.instant(),
    lastCode: col.text(64).optional(),
    reference: col.text(200).optional(),
    createdAt: col.instant(),
    doneAt: col.instant().optional(),
  },
  { primaryKey: ['id'] },
);

/** Row of `connector_write`. Its id is the key the system outside gets on every try. */
export type ConnectorWriteRow = RowOf<typeof connectorWriteEntity>;
