import type { IncomingMessage } from 'node:http';
import {
  AppError,
  ERRORS,
  isUuid,
  LIMITS,
  type Actor,
  type DataScope,
  type ErrorCode,
} from '../../kernel/index.ts';
import {
  CLOSE,
  type Audience,
  type SocketConnection,
  type SocketEndpoint,
} from '../../platform/realtime/index.ts';
import type { UnitContext, UnitOfWork } from '../../platform/persistence/index.ts';
import { assertAgent, assertMaySee, viewerOf, type Viewer } from '../conversations/conversation.access.ts';
import type { ConversationOwners } from '../conversations/conversation-owner.ts';
import type { ConversationService } from '../conversations/conversation.service.ts';
import type { ConversationItem } from '../conversations/conversation.view.ts';
import type { NoteAdded } from '../notes/note.service.ts';
import type { Presence } from '../routing/presence.ts';
import type { Routing } from '../routing/routing.service.ts';
import type { DeskFiles } from '../files/desk-files.ts';
import type { Staff } from '../staff.ts';
import { presentForAgent } from './frames.ts';
import { placeOf, pushItem, topics } from './item-push.ts';

/** A signed-in account behind a socket. */
export interface AgentSession {
  actor: Actor;
  sessionId: string;
  csrfToken: string;
  permissions: ReadonlySet<string>;
  /** What of the organisation any of these permissions reaches, the widest of them. */
  scopeFor(...permissions: string[]): DataScope;
  /** Hears at once when the session ended or its account has other rights; gives back how to stop. */
  onForgotten(listener: () => void): () => void;
}

/** Signs sockets in by the session cookie; the identity module supplies it. */
export interface AgentSessions {
  /** The session of the request's cookie, when its Host and Origin are ours as well. */
  ofRequest(request: IncomingMessage): Promise<AgentSession | undefined>;
  isAlive(sessionId: string): Promise<boolean>;
  /** A person did something: the idle time starts again. */
  touch(sessionId: string): void;
}

interface AgentSocketDeps {
  sessions: AgentSessions;
  audience: Audience;
  owners: ConversationOwners;
  conversations: ConversationService;
  routing: Routing;
  uow: UnitOfWork;
  files: DeskFiles;
  staff: Staff;
  /** The list row of a conversation, as the REST list gives it; undefined when there is none. */
  presentItem(conversationId: string): Promise<ConversationItem | undefined>;
  /** The unit and those above it, itself first. */
  ancestorsOf(unitId: string): Promise<string[]>;
  /** Writes an internal note, in a unit of work of its own. */
  addNote(
    context: UnitContext,
    conversationId: string,
    note: { id: string; text: string },
  ): Promise<NoteAdded>;
  /** Told after the commit of each new note. */
  onNote(listener: (note: NoteAdded) => void): void;
  /** Told when pushes of other processes may have been missed. */
  onGap(listener: () => void): void;
  onFault(error: unknown): void;
}

const SESSION_CHECK_MS = 60_000;
const PRESENCES: ReadonlySet<unknown> = new Set(['online', 'busy', 'break']);
const RESUMED_CONVERSATIONS_MAX = 100;
/** Conversations one workbench has open at a time; the console shows one. */
const WATCHED_MAX = 100;

/** The agents' socket: pushes what concerns them, takes what they do. */
export function createAgentSocket(deps: AgentSocketDeps): SocketEndpoint {
  const pending = new WeakMap<IncomingMessage, AgentSession>();
  const open = new Set<Workbench>();
  pushMessages(deps, open);
  pushNotes(deps);
  // They come back with what they saw last, and get what they missed.
  deps.onGap(() => open.forEach((workbench) => workbench.sendAway()));
  deps.routing.onQueueChange((queued) => deps.audience.publish(topics.everybody, { t: 'queue', queued }));
  return {
    path: '/ws/agent',
    isSignedIn: true,
    async accept(request) {
      const session = await deps.sessions.ofRequest(request);
      if (!session?.permissions.has('conversation:work')) return false;
      pending.set(request, session);
      return true;
    },
    open(connection, request) {
      const workbench = new Workbench(deps, connection, pending.get(request) as AgentSession);
      open.add(workbench);
      return {
        onFrame: (frame) => workbench.take(frame),
        onMalformed: (code) => connection.send(errorFrame(code)),
        onClose: () => {
          open.delete(workbench);
          workbench.leave();
        },
      };
    },
  };
}

function pushMessages(deps: AgentSocketDeps, open: ReadonlySet<Workbench>): void {
  deps.owners.onMessage((message, row, origin) => {
    const moved = message.meta?.state;
    if (moved) {
      if (moved === 'assigned' && row.assigneeId) {
        deps.audience.publish(topics.agent(row.assigneeId), { t: 'assigned', conversation: row.id });
      }
      pushItem(deps, row.id, message.meta?.fromUnitId);
      for (const workbench of open) workbench.lookAgain(row.id);
    }
    const heard = [
      topics.conversation(row.id),
      ...(row.assigneeId ? [topics.agent(row.assigneeId)] : []),
    ].filter((topic) => deps.audience.isHeard(topic));
    // Masking a text costs as much as sealing it: not for nobody.
    if (heard.length === 0) return;
    const frame = { t: 'message', conversation: row.id, ...presentForAgent(message) };
    for (const topic of heard) deps.audience.publish(topic, frame, origin);
  });
}

function pushNotes({ audience, owners, onNote, onFault }: AgentSocketDeps): void {
  onNote((note) => {
    const frame = { t: 'message', conversation: note.conversationId, ...presentNote(note) };
    audience.publishEverywhere(topics.conversation(note.conversationId), frame);
    owners
      .get(note.conversationId)
      .then(({ assigneeId }) => assigneeId && audience.publishEverywhere(topics.agent(assigneeId), frame))
      .catch(onFault);
  });
}

function presentNote({ id, seq, text, authorId, at }: NoteAdded): Record<string, unknown> {
  return {
    internal: true,
    id,
    seq,
    from: 'agent',
    kind: 'text',
    text,
    agentId: authorId,
    at: at.toISOString(),
  };
}

function errorFrame(code: ErrorCode, id?: unknown): object {
  const retryMs = code === 'server.busy' || code.startsWith('storage.') ? 1_000 : undefined;
  return {
    t: 'error',
    ...(typeof id === 'string' ? { id } : {}),
    code,
    message: ERRORS[code][1],
    ...(retryMs ? { retryMs } : {}),
  };
}

/** One open workbench. */
class Workbench {
  readonly #deps: AgentSocketDeps;
  readonly #connection: SocketConnection;
  readonly #session: AgentSession;
  #isReady = false;
  #viewer: Viewer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopHearing: (() => void) | undefined;
  /** What this workbench has open; its right to each was asked for, and is again when the conversation moves. */
  readonly #watched = new Set<string>();

  constructor(deps: AgentSocketDeps, connection: SocketConnection, session: AgentSession) {
    this.#deps = deps;
    this.#connection = connection;
    this.#session = session;
  }

  get #agentId(): string {
    return this.#session.actor.id;
  }

  async take(frame: Record<string, unknown>): Promise<void> {
    try {
      if (frame.t === 'hello') return await this.#hello(frame);
      if (frame.t === 'ping') return this.#connection.send({ t: 'pong' });
      if (!this.#isReady) throw new AppError('frame.hello_expected');
      this.#deps.sessions.touch(this.#session.sessionId);
      await this.#act(frame);
    } catch (error) {
      if (!(error instanceof AppError)) this.#deps.onFault(error);
      this.#connection.send(errorFrame(error instanceof AppError ? error.code : 'server.internal', frame.id));
    }
  }

  leave(): void {
    clearInterval(this.#timer);
    this.#stopHearing?.();
    this.#deps.audience.leaveAll(this.#connection);
    if (this.#isReady) this.#deps.routing.disconnect(this.#agentId);
  }

  sendAway(): void {
    this.#connection.close(CLOSE.draining, 'server.draining');
  }

  async #hello(frame: Record<string, unknown>): Promise<void> {
    if (frame.csrf !== this.#session.csrfToken) throw new AppError('access.csrf');
    const { audience, routing, staff } = this.#deps;
    const viewer = await viewerOf(staff, this.#session);
    this.#viewer = viewer;
    this.#connection.markReady();
    for (const topic of topicsOf(viewer)) audience.join(topic, this.#connection);
    if (!this.#isReady) {
      this.#isReady = true;
      routing.connect(this.#agentId);
      this.#timer = setInterval(() => void this.#checkSession(), SESSION_CHECK_MS);
      // What the account may see is another: the workbench comes back at once, and asks for everything anew.
      const { onForgotten } = this.#session;
      this.#stopHearing = onForgotten(() => this.#connection.close(CLOSE.rightsChanged, 'session.changed'));
    }
    this.#connection.send({
      t: 'welcome',
      presence: routing.presenceOf(this.#agentId),
      conversations: routing.conversationsOf(this.#agentId),
      queued: routing.queuedCount,
    });
    await this.#resume(frame.after);
  }

  async #resume(after: unknown): Promise<void> {
    if (typeof after !== 'object' || after === null) return;
    for (const [conversationId, seq] of Object.entries(after).slice(0, RESUMED_CONVERSATIONS_MAX)) {
      if (!isUuid(conversationId) || !Number.isSafeInteger(seq)) throw new AppError('frame.malformed');
      const row = await this.#readable(conversationId);
      let from = seq as number;
      for (;;) {
        const messages = await this.#deps.uow.read((db) => this.#deps.conversations.history(db, row, from));
        for (const message of messages) {
          this.#connection.send({ t: 'message', conversation: row.id, ...presentForAgent(message) });
          from = message.seq;
        }
        if (messages.length === 0) break;
      }
    }
  }

  /** The conversation, if this agent may read it. */
  async #readable(conversationId: unknown) {
    if (!isUuid(conversationId)) throw new AppError('frame.malformed');
    const viewer = this.#viewer as Viewer;
    const { uow, conversations } = this.#deps;
    const row = await uow.read((db) => conversations.getWithin(db, conversationId, viewer.scope));
    assertMaySee(viewer, row);
    return row;
  }

  /** A conversation moved: whoever may not see it any more stops hearing it. */
  lookAgain(conversationId: string): void {
    if (!this.#watched.has(conversationId)) return;
    this.#readable(conversationId).catch((error: unknown) => {
      this.#unwatch(conversationId);
      if (!(error instanceof AppError)) this.#deps.onFault(error);
    });
  }

  async #watch(frame: Record<string, unknown>): Promise<void> {
    const { id } = await this.#readable(frame.conversation);
    this.#watched.add(id);
    this.#deps.audience.join(topics.conversation(id), this.#connection);
    const [oldest] = this.#watched;
    if (this.#watched.size > WATCHED_MAX && oldest !== undefined) this.#unwatch(oldest);
  }

  #unwatch(conversationId: string): void {
    this.#watched.delete(conversationId);
    this.#deps.audience.leave(topics.conversation(conversationId), this.#connection);
  }

  /** Typing is told often, and to a customer who is there: what is open, or one's own, needs no query. */
  async #type(frame: Record<string, unknown>): Promise<void> {
    const id = idOf(frame.conversation);
    const isKnown = this.#watched.has(id) || this.#deps.routing.conversationsOf(this.#agentId).includes(id);
    if (!isKnown) await this.#readable(id);
    this.#deps.audience.publish(`visitor:${id}`, { t: 'typing', from: 'agent' });
  }

  async #handOver(frame: Record<string, unknown>, by: { actor: Actor }): Promise<void> {
    const row = await this.#readable(frame.conversation);
    const to = targetOf(frame.to);
    if ('agentId' in to) await assertAgent(this.#deps.staff, to.agentId, row.unitId);
    await this.#deps.conversations.handOver(by, row.id, to);
  }

  async #act(frame: Record<string, unknown>): Promise<void> {
    const { conversations, routing } = this.#deps;
    const by = { actor: { ...this.#session.actor, ip: this.#connection.ip } };
    switch (frame.t) {
      case 'presence':
        if (!PRESENCES.has(frame.state)) throw new AppError('frame.malformed');
        routing.setPresence(this.#agentId, frame.state as Exclude<Presence, 'offline'>);
        return this.#connection.send({ t: 'presence', state: frame.state });
      case 'watch':
        return this.#watch(frame);
      case 'unwatch':
        return this.#unwatch(String(frame.conversation));
      case 'accept':
        await conversations.accept(by, (await this.#readable(frame.conversation)).id);
        return;
      case 'send':
        return this.#send(frame, by);
      case 'handover':
        return this.#handOver(frame, by);
      case 'close': {
        const mayAny = this.#session.permissions.has('conversation:supervise');
        await conversations.close(by, (await this.#readable(frame.conversation)).id, mayAny);
        return;
      }
      case 'typing':
        return this.#type(frame);
      default:
        throw new AppError('frame.unknown_type');
    }
  }

  async #send(frame: Record<string, unknown>, by: { actor: Actor }): Promise<void> {
    if (!isUuid(frame.id)) throw new AppError('message.id_invalid');
    const { id, conversation } = frame;
    if (frame.kind === 'file') return this.#sendFile(id, frame, by);
    if (typeof frame.text !== 'string' || frame.text.length > LIMITS.socketFrameBytes) {
      throw new AppError('frame.malformed');
    }
    const { text } = frame;
    const isNote = frame.internal === true;
    const { seq, at } = isNote
      ? await this.#deps.addNote(by, (await this.#readable(conversation)).id, { id, text })
      : await this.#deps.conversations.send(by, {
          conversationId: idOf(conversation),
          id,
          text,
          origin: this.#connection,
        });
    const mark = isNote ? { internal: true } : {};
    this.#connection.send({ t: 'ack', conversation, id, seq, at: at.toISOString(), ...mark });
  }

  async #sendFile(id: string, frame: Record<string, unknown>, by: { actor: Actor }): Promise<void> {
    const { conversation, fileId } = frame;
    const conversationId = idOf(conversation);
    const file = await this.#deps.files.forMessage({ conversationId, fileId, senderId: by.actor.id });
    const sent = { conversationId, id, text: file.name, file, origin: this.#connection };
    const { seq, at } = await this.#deps.conversations.send(by, sent);
    this.#connection.send({ t: 'ack', conversation, id, seq, at: at.toISOString() });
  }

  async #checkSession(): Promise<void> {
    try {
      if (await this.#deps.sessions.isAlive(this.#session.sessionId)) return;
    } catch (error) {
      this.#deps.onFault(error);
      return;
    }
    this.#connection.close(CLOSE.unauthorised, 'session.expired');
  }
}

/** What a workbench hears besides the conversations it opens. */
function topicsOf({ accountId, scope, groupIds, seesAll }: Viewer): string[] {
  const place = placeOf(scope);
  const queues = [null, ...groupIds].map((groupId) => topics.queue(groupId, place));
  const found = [topics.everybody, topics.agent(accountId), topics.reach(place)];
  return seesAll ? [...found, topics.supervisors(place)] : [...found, ...queues];
}

function idOf(value: unknown): string {
  if (!isUuid(value)) throw new AppError('frame.malformed');
  return value;
}

function targetOf(to: unknown): { agentId: string } | { skillGroupId: string } {
  const target = to as { agent?: unknown; skillGroup?: unknown } | null;
  if (isUuid(to)) return { agentId: to };
  if (isUuid(target?.agent)) return { agentId: target.agent };
  if (isUuid(target?.skillGroup)) return { skillGroupId: target.skillGroup };
  throw new AppError('frame.malformed');
}
