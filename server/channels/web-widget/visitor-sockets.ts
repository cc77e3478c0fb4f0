import type { IncomingMessage } from 'node:http';
import { AppError, ERRORS, isUuid, type ErrorCode } from '../../kernel/index.ts';
import {
  encodeFrame,
  LATER,
  type EncodedFrame,
  type SocketConnection,
  type SocketEndpoint,
} from '../../platform/realtime/index.ts';
import {
  listStands,
  presentForRequester,
  type ConversationOwners,
  type ConversationService,
  type DeskFiles,
  type Appended,
  type By,
  type Settle,
  type SharedFile,
  type StoredMessage,
} from '../../desk/index.ts';
import { LIST_ITEMS_MAX, type UnitOfWork } from '../../platform/persistence/index.ts';
import { actorOf, type Visitor, type VisitorService } from './visitor.service.ts';

/** What the visitors' sockets need. */
export interface VisitorSocketDeps {
  visitors: VisitorService;
  conversations: ConversationService;
  owners: ConversationOwners;
  uow: UnitOfWork;
  /** Whether a page of this origin may open a socket; an absent origin is a program. */
  isOriginAllowed(origin: string | undefined): Promise<boolean>;
  /** Tells the agents of a conversation about typing and reading; never stored. */
  tellDesk(conversationId: string, frame: object): void;
  files: DeskFiles;
  positionOf(conversationId: string): number | undefined;
  onFault(error: unknown): void;
}

/** The visitors' sockets, and the long polls that wait for the same messages. */
export interface VisitorSockets {
  endpoint: SocketEndpoint;
  /** Resolves when a message after `after` may be there, or after `waitMs`. */
  waitFor(conversationId: string, waitMs: number): Promise<void>;
  /** Messages of other processes may have been missed: pages behind the database read on, polls look again. */
  resync(): Promise<void>;
  /** Sends a frame that is not a message (typing) to the visitor's open pages. */
  tell(conversationId: string, frame: object): void;
}

/** Opens the visitors' endpoint `/ws/visitor`. */
export function createVisitorSockets(deps: VisitorSocketDeps): VisitorSockets {
  const pages = new Map<string, Set<VisitorPage>>();
  const waiters = new Map<string, Set<() => void>>();

  deps.owners.onMessage((message, row, origin) => {
    const open = pages.get(row.id);
    if (open) {
      let frame: EncodedFrame | undefined;
      const encoded = () => (frame ??= encode(message));
      for (const page of open) page.push(message, encoded, origin);
      if (message.meta?.state) {
        const position = deps.positionOf(row.id);
        const frame = { t: 'state', state: row.state, ...(position ? { position } : {}) };
        for (const page of open) page.tell(frame);
      }
    }
    for (const wake of waiters.get(row.id) ?? []) wake();
  });

  return {
    endpoint: {
      path: '/ws/visitor',
      accept: (request: IncomingMessage) => deps.isOriginAllowed(request.headers.origin),
      open(connection) {
        const page = new VisitorPage(deps, connection, pages);
        return {
          onFrame: (frame, next) => page.take(frame, next),
          onMalformed: (code) => connection.send(errorFrame(code)),
          onClose: () => page.leave(),
        };
      },
    },
    waitFor(conversationId, waitMs) {
      return new Promise((resolve) => {
        const open = waiters.get(conversationId) ?? new Set();
        waiters.set(conversationId, open);
        const done = () => {
          clearTimeout(timer);
          open.delete(done);
          if (open.size === 0) waiters.delete(conversationId);
          resolve();
        };
        const timer = setTimeout(done, waitMs);
        open.add(done);
      });
    },
    async resync() {
      for (const open of waiters.values()) for (const wake of open) wake();
      const ids = [...pages.keys()];
      for (let from = 0; from < ids.length; from += LIST_ITEMS_MAX) {
        const chunk = ids.slice(from, from + LIST_ITEMS_MAX);
        const stands = await deps.uow.read((db) => listStands(db, chunk));
        for (const { id, lastSeq } of stands) for (const page of pages.get(id) ?? []) page.lookAgain(lastSeq);
      }
    },
    tell(conversationId, frame) {
      for (const page of pages.get(conversationId) ?? []) page.tell(frame);
    },
  };
}

function encode(message: StoredMessage): EncodedFrame {
  return encodeFrame({ t: 'message', ...presentForRequester(message) });
}

/** The frame that answers every message, written by hand: id and instant hold no character JSON would escape. */
function ackText(id: string, { seq, at }: { seq: number; at: Date }): string {
  return `{"t":"ack","id":"${id}","seq":${seq},"at":"${at.toISOString()}"}`;
}

const RETRY_MS = 1_000;

/** Codes after which the same message may well succeed: until it came again, nothing may overtake it. */
function isTransient(code: ErrorCode): boolean {
  return code === 'server.busy' || code === 'server.draining' || code.startsWith('storage.');
}

function errorFrame(code: ErrorCode, id?: unknown): object {
  return {
    t: 'error',
    ...(typeof id === 'string' ? { id } : {}),
    code,
    message: ERRORS[code][1],
    ...(isTransient(code) ? { retryMs: RETRY_MS } : {}),
  };
}

/** One open page of a visitor: sends each message once and in order, whatever comes while it catches up. */
class VisitorPage implements Settle {
  readonly #deps: VisitorSocketDeps;
  readonly #connection: SocketConnection;
  readonly #pages: Map<string, Set<VisitorPage>>;
  #visitor: Visitor | undefined;
  #lastSent = 0;
  #catchingUp: Promise<void> | undefined;
  #hasMore = false;
  /** A message that was refused for now: until it comes again, what follows is refused too. */
  #blockedBy: string | undefined;
  /** Who the visitor is to the trail, from the hello on. */
  #by: By | undefined;
  /** The message on its way to the disk, and what calls for the next frame: there is one at a time. */
  #sending = '';
  #next: () => void = () => undefined;

  constructor(deps: VisitorSocketDeps, connection: SocketConnection, pages: Map<string, Set<VisitorPage>>) {
    this.#deps = deps;
    this.#connection = connection;
    this.#pages = pages;
  }

  /** Deals with a frame; words, which come by the thousand, go to their lane without a promise. */
  take(frame: Record<string, unknown>, next: () => void): Promise<void> | void | typeof LATER {
    if (frame.t !== 'send' || frame.kind === 'file' || !this.#visitor) return this.#takeSlowly(frame);
    try {
      if (this.#sendNow(frame, this.#visitor, next)) return LATER;
    } catch (error) {
      return this.#refuse(error, frame.id);
    }
    return this.#takeSlowly(frame);
  }

  /** The message on its way is committed. */
  resolve(appended: Appended): void {
    this.#blockedBy = undefined;
    this.#connection.sendText(ackText(this.#sending, appended));
    this.#next();
  }

  /** The message on its way was not written. */
  reject(error: unknown): void {
    this.#refuse(error, this.#sending);
    this.#next();
  }

  async #takeSlowly(frame: Record<string, unknown>): Promise<void> {
    try {
      if (frame.t === 'hello') return await this.#hello(frame);
      if (!this.#visitor) throw new AppError('frame.hello_expected');
      await this.#act(frame, this.#visitor);
    } catch (error) {
      this.#refuse(error, frame.id);
    }
  }

  #refuse(error: unknown, id: unknown): void {
    if (!(error instanceof AppError)) this.#deps.onFault(error);
    const code = error instanceof AppError ? error.code : 'server.internal';
    if (isUuid(id) && isTransient(code)) this.#blockedBy ??= id;
    this.#connection.send(errorFrame(code, id));
  }

  leave(): void {
    if (!this.#visitor) return;
    const open = this.#pages.get(this.#visitor.conversationId);
    open?.delete(this);
    if (open?.size === 0) this.#pages.delete(this.#visitor.conversationId);
  }

  tell(frame: object): void {
    this.#connection.send(frame);
  }

  /** A committed message: sent at once when it is the next one, else the page reads on from where it is. */
  push(message: StoredMessage, encoded: () => EncodedFrame, origin: unknown): void {
    if (message.seq <= this.#lastSent) return;
    if (this.#catchingUp || message.seq !== this.#lastSent + 1) {
      this.#catchUp();
      return;
    }
    this.#lastSent = message.seq;
    // The page that sent it gets the ack instead.
    if (origin !== this.#connection) this.#connection.sendEncoded(encoded());
  }

  /** The conversation has come this far. */
  lookAgain(lastSeq: number): void {
    if (lastSeq > this.#lastSent) this.#catchUp();
  }

  async #hello(frame: Record<string, unknown>): Promise<void> {
    if (this.#visitor) throw new AppError('frame.malformed');
    const after = frame.after ?? 0;
    if (!Number.isSafeInteger(after) || (after as number) < 0) throw new AppError('frame.malformed');
    const visitor = await this.#deps.visitors.authenticate(frame.token);
    const row = await this.#deps.conversations.get(visitor.conversationId);
    this.#connection.markReady();
    this.#visitor = visitor;
    this.#by = { actor: actorOf(visitor, this.#connection.ip) };
    this.#lastSent = Math.min(after as number, row.lastSeq);
    const open = this.#pages.get(row.id) ?? new Set();
    this.#pages.set(row.id, open.add(this));
    this.#connection.send({ t: 'welcome', conversation: row.id, last: row.lastSeq });
    const position = this.#deps.positionOf(row.id);
    this.#connection.send({ t: 'state', state: row.state, ...(position ? { position } : {}) });
    if (row.lastSeq > this.#lastSent) this.#catchUp();
    await this.#catchingUp;
  }

  #catchUp(): void {
    this.#hasMore = true;
    this.#catchingUp ??= this.#readOn().finally(() => (this.#catchingUp = undefined));
  }

  async #readOn(): Promise<void> {
    const { conversationId } = this.#visitor as Visitor;
    while (this.#hasMore && this.#connection.isOpen) {
      this.#hasMore = false;
      try {
        const row = await this.#deps.conversations.get(conversationId);
        const messages = await this.#deps.uow.read((db) =>
          this.#deps.conversations.history(db, row, this.#lastSent),
        );
        for (const message of messages) {
          if (message.seq <= this.#lastSent) continue;
          this.#connection.sendEncoded(encode(message));
          this.#lastSent = message.seq;
        }
        if (messages.length > 0) this.#hasMore = true;
      } catch (error) {
        if (error instanceof AppError && isTransient(error.code)) {
          // The database comes back, and the page need not: what it misses is read then.
          await new Promise<void>((resolve) => setTimeout(resolve, RETRY_MS));
          this.#hasMore = true;
          continue;
        }
        this.#deps.onFault(error);
        // The page comes back and asks for what it misses.
        this.#connection.close(1011, 'server.internal');
      }
    }
  }

  #act(frame: Record<string, unknown>, visitor: Visitor): Promise<void> | void {
    const { conversationId } = visitor;
    switch (frame.t) {
      case 'send':
        return frame.kind === 'file'
          ? this.#sendFile(frame, visitor)
          : this.#send(frame, visitor, frame.text);
      case 'choose':
        return this.#choose(frame, visitor);
      case 'handover':
        return this.#requestHandover(frame, visitor);
      case 'read':
        if (!Number.isSafeInteger(frame.seq)) throw new AppError('frame.malformed');
        return this.#deps.tellDesk(conversationId, {
          t: 'read',
          conversation: conversationId,
          seq: frame.seq,
        });
      case 'typing':
        return this.#deps.tellDesk(conversationId, {
          t: 'typing',
          conversation: conversationId,
          from: 'requester',
        });
      case 'ping':
        return this.#connection.send({ t: 'pong' });
      default:
        throw new AppError('frame.unknown_type');
    }
  }

  #assertNext(id: unknown): asserts id is string {
    if (!isUuid(id)) throw new AppError('message.id_invalid');
    if (this.#blockedBy !== undefined && this.#blockedBy !== id) throw new AppError('message.blocked');
  }

  /** False: the conversation has to be read first, or is another process's. */
  #sendNow(frame: Record<string, unknown>, { conversationId }: Visitor, next: () => void): boolean {
    const { id, kind, text } = frame;
    this.#assertNext(id);
    if (typeof text !== 'string' || (kind !== undefined && kind !== 'text')) {
      throw new AppError('frame.malformed');
    }
    this.#sending = id;
    this.#next = next;
    const message = { conversationId, id, text, origin: this.#connection };
    return this.#deps.conversations.receiveNow(this.#by as By, message, this);
  }

  #send(
    frame: Record<string, unknown>,
    visitor: Visitor,
    text: unknown,
    meta?: { articleId: string },
  ): Promise<void> {
    this.#assertNext(frame.id);
    if (typeof text !== 'string' || (frame.kind !== undefined && frame.kind !== 'text')) {
      throw new AppError('frame.malformed');
    }
    return this.#take(visitor, { id: frame.id, text, ...(meta ? { meta } : {}) });
  }

  async #take(
    visitor: Visitor,
    message: { id: string; text: string; meta?: { articleId: string }; file?: SharedFile },
  ): Promise<void> {
    const { conversationId } = visitor;
    const by = this.#by as By;
    const sent = { ...message, conversationId, origin: this.#connection };
    const appended = await this.#deps.conversations.receive(by, sent);
    this.#blockedBy = undefined;
    this.#connection.sendText(ackText(message.id, appended));
  }

  /** A file that was uploaded before; what stands in the conversation is its name and where it is. */
  async #sendFile(frame: Record<string, unknown>, visitor: Visitor): Promise<void> {
    this.#assertNext(frame.id);
    const { conversationId, requesterId: senderId } = visitor;
    const { id, fileId } = frame;
    const file = await this.#deps.files.forMessage({ conversationId, fileId, senderId });
    await this.#take(visitor, { id, text: file.name, file });
  }

  /** One of the questions the robot offered: written down in the offered words, answered with that article. */
  async #choose(frame: Record<string, unknown>, visitor: Visitor): Promise<void> {
    this.#assertNext(frame.id);
    const row = await this.#deps.conversations.get(visitor.conversationId);
    const recent = await this.#deps.uow.read((db) =>
      this.#deps.conversations.historyBefore(db, row, row.lastSeq + 1, RECENT_MESSAGES),
    );
    const option = recent
      .flatMap((message) => message.meta?.options ?? [])
      .find(({ articleId }) => articleId === frame.articleId);
    if (!option) throw new AppError('frame.malformed');
    await this.#send(frame, visitor, option.question, { articleId: option.articleId });
  }

  async #requestHandover(frame: Record<string, unknown>, visitor: Visitor): Promise<void> {
    this.#assertNext(frame.id);
    const { conversationId } = visitor;
    const { conversations } = this.#deps;
    const appended = await conversations.requestHandover(
      this.#by as By,
      conversationId,
      'requested',
      frame.id,
    );
    this.#blockedBy = undefined;
    this.#connection.sendText(ackText(frame.id, appended));
  }
}

const RECENT_MESSAGES = 50;
