import type { AuditDraft } from '../../../audit/index.ts';
import { AppError, type Clock, type ErrorCode, type EventDraft } from '../../kernel/index.ts';
import type { Crypto, Dek } from '../../platform/crypto/index.ts';
import type { FileState } from '../../platform/files/index.ts';
import type {
  BatchItem,
  BatchRows,
  BatchWriter,
  Tx,
  UnitContext,
  UnitOfWork,
} from '../../platform/persistence/index.ts';
import { DatabaseConflict } from '../../platform/persistence/index.ts';
import type { ConversationRow, MessageMeta, MessageRow, Sender } from './conversation.entity.ts';
import { findConversation, findMessageById, listMessagesBefore, markRead } from './conversation.repo.ts';
import { UnitHeirs } from './unit-heirs.ts';
import { maySend } from './conversation.rules.ts';

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

/** Told after each commit, in the order of `seq`. */
export type MessageListener = (
  message: StoredMessage,
  conversation: Readonly<ConversationRow>,
  origin: unknown,
) => void;

type MessageMerge = ConversationRow;
/** The batch writer of conversations: a message row, and the conversation's row merged by id. */
export type MessageWriter = BatchWriter<MessageRow, MessageMerge>;

const OWNED_MAX = 50_000;
/** The last messages whose repetition is known without asking; of older ones the database's unique key tells. */
const SEEN_MAX = 32;

interface Seen {
  seq: number;
  at: Date;
  /** The text, or the envelope it can be read from. */
  text: string | undefined;
  bodyEnc?: Buffer;
  fileId: string | undefined;
}

interface Owned {
  row: ConversationRow;
  dek: Dek;
  seen: Map<string, Seen>;
  inFlight: number;
}

/**
 * Holds the running conversations in memory and numbers their messages. A conversation belongs to one lane of the
 * batch writer, and only its lane changes it, so what is held here is what the database will hold next.
 */
export class ConversationOwners {
  readonly #deps: { uow: UnitOfWork; crypto: Crypto; writer: MessageWriter; clock: Clock };
  readonly #owned = new Map<string, Promise<Owned>>();
  readonly #listeners: MessageListener[] = [];
  /** Where work goes whose unit was closed; whatever is written from then on says so. */
  readonly heirs = new UnitHeirs();

  constructor(deps: { uow: UnitOfWork; crypto: Crypto; writer: MessageWriter; clock: Clock }) {
    this.#deps = deps;
  }

  onMessage(listener: MessageListener): void {
    this.#listeners.push(listener);
  }

  /** The conversation as it stands; throws `request.not_found`. */
  async get(conversationId: string): Promise<Readonly<ConversationRow>> {
    return (await this.#own(conversationId)).row;
  }

  /** Takes a conversation that this process has just created. */
  adopt(row: ConversationRow, dek: Dek): void {
    this.#owned.set(row.id, Promise.resolve({ row, dek, seen: new Map(), inFlight: 0 }));
    this.#evict();
  }

  /** Lets go of conversations that are no longer there. */
  forget(conversationIds: readonly string[]): void {
    for (const id of conversationIds) this.#owned.delete(id);
  }

  /** Lets go of conversations sealed by these keys, so that they are read again under the keys in use. */
  async forgetKeys(dekIds: ReadonlySet<number>): Promise<void> {
    for (const [id, loading] of [...this.#owned]) {
      const owned = await loading.catch(() => undefined);
      const isIdle = owned !== undefined && owned.inFlight === 0;
      if (isIdle && dekIds.has(owned.dek.id) && this.#owned.get(id) === loading) this.#owned.delete(id);
    }
  }

  /**
   * Writes one message; resolves after the commit. Throws `message.id_reused`, `conversation.closed`, what `decide`
   * refuses, `server.busy`, or `storage.*`; then nothing was written.
   */
  async append(command: AppendCommand): Promise<Appended> {
    const owned = await this.#own(command.conversationId);
    owned.inFlight += 1;
    try {
      return await this.#enqueue(owned, command);
    } catch (error) {
      if (error instanceof DatabaseConflict) return await this.#settleConflict(owned, command, error);
      throw error;
    } finally {
      owned.inFlight -= 1;
    }
  }

  /**
   * The assignee has read up to a number. A message of the same moment may write the older number again; then some
   * messages count as unread once more, which harms nobody.
   */
  async markRead(tx: Tx, conversationId: string, seq: number): Promise<void> {
    const owned = await this.#own(conversationId);
    if (seq <= owned.row.agentReadSeq) return;
    await markRead(tx, conversationId, seq);
    tx.afterCommit(() => {
      if (seq > owned.row.agentReadSeq) owned.row = { ...owned.row, agentReadSeq: seq };
    });
  }

  async #enqueue(owned: Owned, command: AppendCommand): Promise<Appended> {
    const known = owned.seen.get(command.id);
    if (known && known.text === undefined) await this.#readText(owned, command.id, known);
    const item = new AppendItem(owned, command, { clock: this.#deps.clock, heirs: this.heirs });
    const appended = await new Promise<Appended>((resolve, reject) => {
      item.settle = { resolve, reject };
      item.onCommitted = (message) => this.#tell(message, owned.row, command.origin);
      this.#deps.writer.append(command.conversationId, item);
    });
    return appended;
  }

  #tell(message: StoredMessage, row: ConversationRow, origin: unknown): void {
    for (const listener of this.#listeners) listener(message, row, origin);
  }

  /** A unique key refused: the id is older than what memory holds, or another process wrote here. */
  async #settleConflict(owned: Owned, command: AppendCommand, error: DatabaseConflict): Promise<Appended> {
    this.#owned.delete(command.conversationId);
    const stored = await this.#deps.uow.read((db) => findMessageById(db, owned.row, command.id));
    if (!stored) throw new AppError('server.busy', { cause: error });
    const cell = { table: 'message', column: 'body_enc', rowId: command.id };
    const text = await this.#deps.crypto.open(cell, stored.bodyEnc);
    const isSame = text === command.text && stored.meta?.file?.id === command.meta?.file?.id;
    if (!isSame) throw new AppError('message.id_reused');
    return { seq: stored.seq, at: stored.at, isNew: false };
  }

  async #readText(owned: Owned, id: string, seen: Seen): Promise<void> {
    const cell = { table: 'message', column: 'body_enc', rowId: id };
    seen.text = await this.#deps.crypto.open(cell, seen.bodyEnc as Buffer);
    owned.seen.set(id, seen);
  }

  #own(conversationId: string): Promise<Owned> {
    const known = this.#owned.get(conversationId);
    if (known) {
      // Re-inserting moves it to the end: the first keys are the longest unused.
      this.#owned.delete(conversationId);
      this.#owned.set(conversationId, known);
      return known;
    }
    const loading = this.#load(conversationId);
    this.#owned.set(conversationId, loading);
    loading.catch(() => this.#owned.delete(conversationId));
    this.#evict();
    return loading;
  }

  async #load(conversationId: string): Promise<Owned> {
    const loaded = await this.#deps.uow.read(async (db) => {
      const row = await findConversation(db, conversationId);
      if (!row) throw new AppError('request.not_found');
      return { row, recent: await listMessagesBefore(db, row, row.lastSeq + 1, SEEN_MAX) };
    });
    const seen = new Map(
      loaded.recent.map(({ id, seq, at, bodyEnc, meta }) => [
        id,
        { seq, at, text: undefined, bodyEnc, fileId: meta?.file?.id },
      ]),
    );
    return { row: loaded.row, dek: await this.#deps.crypto.dek(loaded.row.dekId), seen, inFlight: 0 };
  }

  #evict(): void {
    if (this.#owned.size <= OWNED_MAX) return;
    for (const [id, owned] of this.#owned) {
      void owned.then(
        ({ inFlight }) => inFlight === 0 && this.#owned.delete(id),
        () => undefined,
      );
      return;
    }
  }
}

const NO_CHANGE: ConversationChange = {};

/** The entry with the message's number and id; `command.audit` was made for this message alone. */
function withDetails(draft: AuditDraft, seq: number, messageId: string): AuditDraft {
  const details = draft.details === undefined ? { seq, messageId } : { ...draft.details, seq, messageId };
  return { ...draft, details };
}

/** One message on its way through the lane. */
class AppendItem implements BatchItem<MessageRow, MessageMerge> {
  settle!: { resolve: (appended: Appended) => void; reject: (error: unknown) => void };
  onCommitted!: (message: StoredMessage) => void;
  readonly #owned: Owned;
  readonly #command: AppendCommand;
  readonly #deps: { clock: Clock; heirs: UnitHeirs };
  #before: ConversationRow | undefined;
  #outcome: Appended | AppError | undefined;
  #at = new Date(0);

  constructor(owned: Owned, command: AppendCommand, deps: { clock: Clock; heirs: UnitHeirs }) {
    this.#owned = owned;
    this.#command = command;
    this.#deps = deps;
  }

  build(): BatchRows<MessageRow, MessageMerge> | undefined {
    const { row, seen, dek } = this.#owned;
    const command = this.#command;
    this.#before = undefined;
    const known = seen.get(command.id);
    if (known) {
      const isSame = known.text === command.text && known.fileId === command.meta?.file?.id;
      this.#outcome = isSame
        ? { seq: known.seq, at: known.at, isNew: false }
        : new AppError('message.id_reused');
      return undefined;
    }
    this.#at = this.#deps.clock.now();
    const change = this.#decide(row);
    if (change === undefined) return undefined;
    const seq = row.lastSeq + 1;
    // One copy and plain assignments: several spreads in one literal cost more than sealing the text.
    const next: ConversationRow = { ...row };
    next.unitId = this.#deps.heirs.of(row.unitId);
    if (change !== NO_CHANGE) Object.assign(next, change);
    next.lastSeq = seq;
    next.lastFrom = command.sender;
    next.lastAt = this.#at;
    next.version = row.version + 1;
    const bodyEnc = dek.seal({ table: 'message', column: 'body_enc', rowId: command.id }, command.text);
    this.#before = row;
    this.#owned.row = next;
    const fileId = command.meta?.file?.id;
    seen.set(command.id, { seq, at: this.#at, text: command.text, fileId });
    if (seen.size > SEEN_MAX) seen.delete(seen.keys().next().value as string);
    this.#outcome = { seq, at: this.#at, isNew: true };
    return {
      insert: {
        conversationId: row.id,
        openedMonth: row.openedMonth,
        seq,
        id: command.id,
        sender: command.sender,
        senderId: command.senderId,
        kind: command.kind,
        bodyEnc,
        meta: command.meta ?? null,
        at: this.#at,
      },
      merge: next,
      audit: withDetails(command.audit, seq, command.id),
      context: command.context,
      events: command.events?.(next, seq, command.id) ?? [],
    };
  }

  /** The change to make, or nothing when the outcome is already settled. */
  #decide(row: ConversationRow): ConversationChange | undefined {
    const { decide, sender } = this.#command;
    const decision = decide ? decide(row, this.#at) : NO_CHANGE;
    if (decision === 'skip') {
      this.#outcome = { seq: row.lastSeq, at: row.lastAt, isNew: false, isSkipped: true };
      return undefined;
    }
    if ('refuse' in decision) {
      this.#outcome = new AppError(decision.refuse);
      return undefined;
    }
    if (!maySend(row.state as never, sender)) {
      this.#outcome = new AppError(
        row.state === 'closed' ? 'conversation.closed' : 'conversation.state_refused',
      );
      return undefined;
    }
    return decision;
  }

  undo(): void {
    if (!this.#before) return;
    this.#owned.row = this.#before;
    this.#owned.seen.delete(this.#command.id);
    this.#before = undefined;
  }

  committed(): void {
    const outcome = this.#outcome as Appended | AppError;
    if (outcome instanceof AppError) {
      this.settle.reject(outcome);
      return;
    }
    this.settle.resolve(outcome);
    if (!outcome.isNew) return;
    const { conversationId, id, sender, senderId, kind, text, meta, file } = this.#command;
    this.onCommitted({
      conversationId,
      seq: outcome.seq,
      id,
      from: sender,
      senderId,
      kind,
      text,
      at: outcome.at,
      meta: meta ?? null,
      ...(file === undefined ? {} : { file }),
    });
  }

  failed(error: unknown): void {
    this.settle.reject(error);
  }
}
