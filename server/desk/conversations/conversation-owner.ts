import { AppError, type Clock } from '../../kernel/index.ts';
import type { Crypto, Dek } from '../../platform/crypto/index.ts';
import type { BatchWriter, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { DatabaseConflict } from '../../platform/persistence/index.ts';
import { AppendItem, SEEN_MAX, type Owned, type Seen } from './append-item.ts';
import type { AppendCommand, Appended, MessageListener, StoredMessage } from './append.ts';
import type { ConversationRow, MessageRow } from './conversation.entity.ts';
import { findConversation, findMessageById, listMessagesBefore, markRead } from './conversation.repo.ts';
import { UnitHeirs } from './unit-heirs.ts';

/** Which conversations this process may write. */
export interface Ownership {
  isMine(conversationId: string): boolean;
  /** False while the others may take this process for dead. */
  mayWrite(): boolean;
  /** Called when conversations changed hands. */
  onMoved(listener: () => void): void;
}

/** One process owns them all. */
export const SOLE_OWNER: Ownership = { isMine: () => true, mayWrite: () => true, onMoved: () => undefined };

/** The batch writer of conversations: a message row, and the conversation's row merged by id. */
export type MessageWriter = BatchWriter<MessageRow, ConversationRow>;

const OWNED_MAX = 50_000;

interface OwnersDeps {
  uow: UnitOfWork;
  crypto: Crypto;
  writer: MessageWriter;
  clock: Clock;
  /** Default: this process owns all. */
  ownership?: Ownership;
}

/**
 * Holds the running conversations in memory and numbers their messages. A conversation belongs to one lane of the
 * batch writer, and only its lane changes it, so what is held here is what the database will hold next.
 */
export class ConversationOwners {
  readonly #deps: OwnersDeps;
  readonly #ownership: Ownership;
  readonly #owned = new Map<string, Promise<Owned>>();
  readonly #listeners: MessageListener[] = [];
  readonly #ownListeners: MessageListener[] = [];
  /** Where work goes whose unit was closed; whatever is written from then on says so. */
  readonly heirs = new UnitHeirs();

  constructor(deps: OwnersDeps) {
    this.#deps = deps;
    this.#ownership = deps.ownership ?? SOLE_OWNER;
    this.#ownership.onMoved(() => this.forget([...this.#owned.keys()].filter((id) => !this.isMine(id))));
  }

  onMessage(listener: MessageListener): void {
    this.#listeners.push(listener);
  }

  /** Told of what this process has written, before everybody else. */
  onOwnMessage(listener: MessageListener): void {
    this.#ownListeners.push(listener);
  }

  /** A message that the owning process has written. */
  readonly hear: MessageListener = (message, row, origin) => {
    for (const listener of this.#listeners) listener(message, row, origin);
  };

  /** Whether this process owns a conversation and may write it now. */
  isMine(conversationId: string): boolean {
    return this.#ownership.isMine(conversationId);
  }

  /** The conversation as it stands; throws `request.not_found`. */
  async get(conversationId: string): Promise<Readonly<ConversationRow>> {
    if (this.isMine(conversationId)) return (await this.#own(conversationId)).row;
    const row = await this.#deps.uow.read((db) => findConversation(db, conversationId));
    if (!row) throw new AppError('request.not_found');
    return row;
  }

  /** Takes a conversation that this process has just created. */
  adopt(row: ConversationRow, dek: Dek): void {
    if (!this.isMine(row.id)) return;
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

  /** Lets go of everything that nothing is being written to: it is read anew. */
  forgetIdle(): void {
    for (const [id, owned] of this.#owned) {
      void owned.then(
        ({ inFlight }) => inFlight === 0 && this.#owned.delete(id),
        () => undefined,
      );
    }
  }

  /**
   * Writes one message; resolves after the commit. Throws `message.id_reused`, `conversation.closed`, what `decide`
   * refuses, `server.busy`, or `storage.*`; then nothing was written.
   */
  async append(command: AppendCommand): Promise<Appended> {
    if (!this.isMine(command.conversationId)) throw new AppError('server.busy');
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
    if (seq <= (await this.get(conversationId)).agentReadSeq) return;
    await markRead(tx, conversationId, seq);
    tx.afterCommit(() => {
      this.noteRead(conversationId, seq);
      this.onRead(conversationId, seq);
    });
  }

  /** Told when this process has written that somebody has read; the owner must know. */
  onRead: (conversationId: string, seq: number) => void = () => undefined;

  /** Somebody has read up to a number; it is written already. */
  noteRead(conversationId: string, seq: number): void {
    void this.#owned.get(conversationId)?.then(
      (owned) => {
        if (seq > owned.row.agentReadSeq) owned.row = { ...owned.row, agentReadSeq: seq };
      },
      () => undefined,
    );
  }

  async #enqueue(owned: Owned, command: AppendCommand): Promise<Appended> {
    const known = owned.seen.get(command.id);
    if (known && known.text === undefined) await this.#readText(owned, command.id, known);
    const mayWrite = () => this.#ownership.mayWrite() && this.isMine(command.conversationId);
    const item = new AppendItem(owned, command, { clock: this.#deps.clock, heirs: this.heirs, mayWrite });
    const appended = await new Promise<Appended>((resolve, reject) => {
      item.settle = { resolve, reject };
      item.onCommitted = (message) => this.#tell(message, owned.row, command.origin);
      this.#deps.writer.append(command.conversationId, item);
    });
    return appended;
  }

  #tell(message: StoredMessage, row: ConversationRow, origin: unknown): void {
    for (const listener of this.#ownListeners) listener(message, row, origin);
    this.hear(message, row, origin);
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
