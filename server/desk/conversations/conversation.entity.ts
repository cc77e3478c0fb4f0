import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** A running exchange of messages on one channel. Written by its lane alone; see conversation-owner.ts. */
export const conversationEntity = defineEntity(
  'conversation',
  {
    id: col.uuid(),
    requesterId: col.uuid(),
    dekId: col.int(),
    siteId: col.text(40),
    unitId: col.uuid(),
    /** Where it was opened; never changes. Counters of reports go by it. */
    firstUnitId: col.uuid(),
    channel: col.text(20),
    state: col.text(20),
    skillGroupId: col.uuid().optional(),
    assigneeId: col.uuid().optional(),
    openedMonth: col.int(),
    openedAt: col.instant(),
    lastSeq: col.int(),
    lastFrom: col.text(20),
    lastAt: col.instant(),
    agentReadSeq: col.int(),
    robotMisses: col.int(),
    handoverReason: col.text(60).optional(),
    queuedAt: col.instant().optional(),
    assignedAt: col.instant().optional(),
    firstResponseAt: col.instant().optional(),
    closedAt: col.instant().optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `conversation`. */
export type ConversationRow = RowOf<typeof conversationEntity>;

/** What the robot or the system adds to a message: ids, codes, numbers, and questions of the knowledge base. */
export interface MessageMeta {
  /** Robot: what it decided. */
  outcome?: 'answer' | 'clarify' | 'handoff';
  articleId?: string;
  articleVersion?: number;
  confidence?: number;
  /** Robot: the articles offered, best first. */
  options?: { articleId: string; articleVersion: number; question: string; score: number }[];
  /** System: which state the conversation came to. */
  state?: ConversationState;
  reason?: string;
  agentId?: string;
  /** A file instead of words; its name is the message's text, sealed like any other. */
  file?: { id: string; size: number; type: string };
  /** System: the units of a transfer. */
  unitId?: string;
  fromUnitId?: string;
}

/** Where a conversation stands. */
export type ConversationState = 'robot' | 'queued' | 'assigned' | 'closed';

/** Who wrote a message. */
export type Sender = 'requester' | 'agent' | 'robot' | 'system';

/** One utterance. `id` is the sender's own, so that a repeated send is recognised. */
export const messageEntity = defineEntity(
  'message',
  {
    conversationId: col.uuid(),
    openedMonth: col.int(),
    seq: col.int(),
    id: col.uuid(),
    sender: col.text(20),
    senderId: col.text(64),
    kind: col.text(20),
    bodyEnc: col.sealed({ class: 'C2', scope: 'requester' }),
    meta: col.json<MessageMeta | null>().optional(),
    at: col.instant(),
  },
  { primaryKey: ['conversationId', 'openedMonth', 'seq'] },
);

/** Row of `message`. */
export type MessageRow = RowOf<typeof messageEntity>;
