import type { AuditDraft } from '../../../audit/index.ts';
import type { ErrorCode, EventDraft } from '../../kernel/index.ts';
import type { FileState } from '../../platform/files/index.ts';
import type { UnitContext } from '../../platform/persistence/index.ts';
import type { ConversationRow, MessageMeta, Sender } from './conversation.entity.ts';

/** Columns that a message may change besides the counters. */
export type ConversationChange = Partial<
  Pick<
    ConversationRow,
    | 'state'
    | 'skillGroupId'
    | 'unitId'
    | 'assigneeId'
    | 'agentReadSeq'
    | 'robotMisses'
    | 'handoverReason'
    | 'queuedAt'
    | 'assignedAt'
    | 'firstResponseAt'
    | 'closedAt'
  >
>;

/** One message to write, and what it does to its conversation. */
export interface AppendCommand {
  conversationId: string;
  /** The sender's own id of the message: the same id is one message, however often it is sent. */
  id: string;
  sender: Sender;
  senderId: string;
  kind: 'text' | 'system' | 'file';
  text: string;
  meta?: MessageMeta;
  /** What the receivers see of the file that `meta` names. */
  file?: SharedFile;
  audit: AuditDraft;
  context: UnitContext;
  /**
   * Decided when the lane takes the message, so it sees every earlier one: the columns to change, an error code
   * that refuses the message, or `skip` when there is nothing left to say.
   */
  decide?(row: Readonly<ConversationRow>, at: Date): ConversationChange | { refuse: ErrorCode } | 'skip';
  events?(row: Readonly<ConversationRow>, seq: number, id: string): readonly EventDraft[];
  /** Who already knows (the sending connection) and need not be told. */
  origin?: unknown;
}

/** A stored message with its text, as the pushes and the history show it. */
export interface StoredMessage {
  conversationId: string;
  seq: number;
  id: string;
  from: Sender;
  senderId: string;
  kind: string;
  text: string;
  at: Date;
  meta: MessageMeta | null;
  /** Of a message with a file: what is known of it now. */
  file?: SharedFile;
}

/** A file in a conversation. `removed`: its period of keeping has ended. */
export interface SharedFile {
  id: string;
  name: string;
  size: number;
  type: string | null;
  state: FileState | 'removed';
  hasThumbnail: boolean;
}

/** Acknowledgement: committed to disk, under this number. `isNew` is false for a repeated id or a skipped message. */
export interface Appended {
  seq: number;
  at: Date;
  isNew: boolean;
  isSkipped?: boolean;
}

/** Hears how a message ended: one of both is called once, after the call that handed the message over. */
export interface Settle {
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}

/** Told after each commit, in the order of `seq`. */
export type MessageListener = (
  message: StoredMessage,
  conversation: Readonly<ConversationRow>,
  origin: unknown,
) => void;
