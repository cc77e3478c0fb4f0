import { AppError, type Clock } from '../../kernel/index.ts';
import type { Crypto, Dek } from '../../platform/crypto/index.ts';
import type { BatchWriter, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { DatabaseConflict } from '../../platform/persistence/index.ts';
import { AppendItem, SEEN_MAX, type ItemDeps, type Owned, type Seen } from './append-item.ts';
import type { AppendCommand, Appended, MessageListener, Settle } from './append.ts';
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
  /** A promise while one is being read. */
  readonly #owned = new Map<string, Owned | Promise<Owned>>();
  readonly #itemDeps: ItemDeps;
  readonly #listeners: MessageListener[] = [];
  readonly #ownListeners: MessageListener[] = [];
  /** Where work goes whose unit was closed; whatever is written from then on says so. */
  readonly heirs = new UnitHeirs();

  constructor(deps: OwnersDeps) {
    this.#deps = deps;
    this.#ownership = deps.ownership ?? SOLE_OWNER;
    this.#itemDeps = {
      clock: deps.clock,
      heirs: this.heirs,
      mayWrite: (id) => this.#ownership.mayWrite() && this.isMine(id),
      told: (message, row, origin) => {
        for (const listener of this.#ownListeners) listener(message, row, origin);
        this.hear(message, row, origin);
      },
      refused: (...refusal) => this.#refuse(...refusal),
    };
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
    this.#owned.set(row.id, { row, dek, seen: new Map(), inFlight: 0 });
    this.#evict();
  }

  /** Lets go of conversations that are no longer there. */
  forget(conversationIds: readonly string[]): void {
    for (const id of conversationIds) this.#owned.delete(id);
  }

  /** Lets go of conversations sealed by these keys, so that they are read again under the keys in use. */
  async forgetKeys(dekIds: ReadonlySet<number>): Promise<void> {
    for (const [id, held] of [...this.#owned]) {
      const owned = await Promise.resolve(held).catch(() => undefined);
      const isIdle = owned !== undefined && owned.inFlight === 0;
      const isSame = this.#owned.get(id) === held || this.#owned.get(id) === owned;
      if (isIdle && isSame && dekIds.has(owned.dek.id)) this.#owned.delete(id);
    }
  }

  /** Lets go of everything that nothing is being written to: it is read anew. */
  forgetIdle(): void {
    for (const [id, held] of this.#owned) {
      if (!(held instanceof Promise)) this.#letGoIfIdle(id);
      else
        held.then(
          () => this.#letGoIfIdle(id),
          () => undefined,
        );
    }
  }

  /** The conversation as it stands, if it is at hand; otherwise `get` reads it. */
  peek(conversationId: string): Readonly<ConversationRow> | undefined {
    return this.#atHand(conversationId)?.row;
  }

  /**
   * As `append`, without a promise, for a conversation that is at hand; false: nothing was done, and `append` has to be
   * asked. Throws `server.busy`.
   */
  post(command: AppendCommand, settle: Settle): boolean {
    const owned = this.#atHand(command.conversationId);
    if (owned === undefined) return false;
    const known = owned.seen.get(command.id);
    if (known !== undefined && known.text === undefined) return false;
    this.#enqueue(owned, command, settle);
    return true;
  }

  /**
   * Writes one message; resolves after the commit. Throws `message.id_reused`, `conversation.closed`, what `decide`
   * refuses, `server.busy`, or `storage.*`; then nothing was written.
   */
  async append(command: AppendCommand): Promise<Appended> {
    if (!this.isMine(command.conversationId)) throw new AppError('server.busy');
    const owned = await this.#own(command.conversationId);
    const known = owned.seen.get(command.id);
    if (known && known.text === undefined) await this.#readText(owned, command.id, known);
    return new Promise((resolve, reject) => this.#enqueue(owned, command, { resolve, reject }));
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
    const note = (owned: Owned) => {
      if (seq > owned.row.agentReadSeq) owned.row = { ...owned.row, agentReadSeq: seq };
    };
    const held = this.#owned.get(conversationId);
    if (held instanceof Promise) void held.then(note, () => undefined);
    else if (held !== undefined) note(held);
  }

  #enqueue(owned: Owned, command: AppendCommand, settle: Settle): void {
    const item = new AppendItem(owned, command, settle, this.#itemDeps);
    this.#deps.writer.append(command.conversationId, item);
    owned.inFlight += 1;
  }

  #refuse(owned: Owned, command: AppendCommand, error: unknown, settle: Settle): void {
    if (!(error instanceof DatabaseConflict)) {
      owned.inFlight -= 1;
      settle.reject(error);
      return;
    }
    this.#settleConflict(owned, command, error)
      .finally(() => (owned.inFlight -= 1))
      .then(
        (appended) => settle.resolve(appended),
        (fault: unknown) => settle.reject(fault),
      );
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
    owned.inFlight += 1;
    try {
      seen.text = await this.#deps.crypto.open(cell, seen.bodyEnc as Buffer);
      owned.seen.set(id, seen);
    } finally {
      owned.inFlight -= 1;
    }
  }

  #atHand(conversationId: string): Owned | undefined {
    if (!this.isMine(conversationId)) return undefined;
    const held = this.#owned.get(conversationId);
    if (held === undefined || held instanceof Promise) return undefined;
    this.#moveToEnd(conversationId, held);
    return held;
  }

  #own(conversationId: string): Owned | Promise<Owned> {
    const held = this.#owned.get(conversationId);
    if (held !== undefined) {
      this.#moveToEnd(conversationId, held);
      return held;
    }
    const loading = this.#load(conversationId);
    this.#owned.set(conversationId, loading);
    loading.then(
      (owned) => this.#owned.get(conversationId) === loading && this.#owned.set(conversationId, owned),
      () => this.#owned.get(conversationId) === loading && this.#owned.delete(conversationId),
    );
    this.#evict();
    return loading;
  }

  /**
   * The first keys are the longest unused. While there is plenty of room nobody asks for the order, and a map that is
   * re-ordered at every message is rebuilt all the time.
   */
  #moveToEnd(conversationId: string, held: Owned | Promise<Owned>): void {
    if (this.#owned.size <= OWNED_MAX / 2) return;
    this.#owned.delete(conversationId);
    this.#owned.set(conversationId, held);
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
    const [longestUnused] = this.#owned.keys();
    if (longestUnused !== undefined) this.#letGoIfIdle(longestUnused);
  }

  #letGoIfIdle(conversationId: string): void {
    const held = this.#owned.get(conversationId);
    // One that is being read has somebody who waits for it.
    if (held === undefined || held instanceof Promise || held.inFlight > 0) return;
    this.#owned.delete(conversationId);
  }
}
