import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';
import type { FlowDefinition } from './flow.types.ts';

/** Where the newest version of a flow stands; `publishedVersion` tells whether one is live meanwhile. */
export type FlowStage = 'draft' | 'review' | 'approved' | 'published' | 'retired';

/** A flow: what lists and decisions need. */
export const flowEntity = defineEntity(
  'flow',
  {
    id: col.uuid(),
    flowKey: col.text(40),
    locale: col.text(10),
    title: col.text(60),
    state: col.text(20),
    ownerId: col.text(64),
    publishedVersion: col.int().optional(),
    draftVersion: col.int().optional(),
    lastVersion: col.int(),
    updatedAt: col.instant(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `flow`. */
export type FlowRow = RowOf<typeof flowEntity>;

/** One version of a flow. The database refuses any change of it but of its state, approval, and rejection. */
export const flowVersionEntity = defineEntity(
  'flow_version',
  {
    flowId: col.uuid(),
    versionNo: col.int(),
    state: col.text(20),
    definition: col.json<FlowDefinition>(),
    authorId: col.text(64),
    reason: col.text(500).optional(),
    contentHash: col.bytes(32),
    createdAt: col.instant(),
    approverId: col.text(64).optional(),
    approvedAt: col.instant().optional(),
    rejectedReason: col.text(500).optional(),
  },
  { primaryKey: ['flowId', 'versionNo'] },
);

/** Row of `flow_version`. */
export type FlowVersionRow = RowOf<typeof flowVersionEntity>;

/** The flows of one conversation. What its requester said for them is sealed with that requester's key. */
export const flowRunEntity = defineEntity(
  'flow_run',
  {
    conversationId: col.uuid(),
    /** The event of the message that was handled last. */
    eventId: col.uuid(),
    stateEnc: col.sealed({ class: 'C2', scope: 'requester' }),
    isActive: col.flag(),
    startedAt: col.instant(),
    expiresAt: col.instant(),
    version: col.int(),
  },
  { primaryKey: ['conversationId'] },
);

/** Row of `flow_run`. */
export type FlowRunRow = RowOf<typeof flowRunEntity>;

/** How a flow ended, without a word of what was said; the id is that of the event. */
export const flowEndEntity = defineEntity(
  'flow_end',
  {
    id: col.uuid(),
    conversationId: col.uuid(),
    locale: col.text(10),
    flowKey: col.text(40),
    flowVersion: col.int(),
    outcome: col.text(20),
    reason: col.text(20),
    at: col.instant(),
  },
  { primaryKey: ['id'] },
);

/** Row of `flow_end`. */
export type FlowEndRow = RowOf<typeof flowEndEntity>;
