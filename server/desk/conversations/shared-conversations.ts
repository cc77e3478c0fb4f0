import { AppError } from '../../kernel/index.ts';
import type { Cluster } from '../../platform/cluster/index.ts';
import type { Appended, StoredMessage } from './append.ts';
import type { ConversationRow } from './conversation.entity.ts';
import type { By } from './conversation.entries.ts';
import { ConversationService } from './conversation.service.ts';

/** A call of the owning process, and what it tells of a commit. */
interface ActCall {
  act: Act;
  args: readonly unknown[];
}

interface Told {
  message: StoredMessage;
  row: ConversationRow;
  /** Where the message came from, as the process knows it that handed it on. */
  origin?: string;
}

type Service = ConversationService;
type Deps = ConstructorParameters<typeof ConversationService>[0];
/** Everything that writes into a conversation. */
type Act =
  | 'receive'
  | 'send'
  | 'robotSay'
  | 'requestHandover'
  | 'assign'
  | 'requeueAbsent'
  | 'giveOn'
  | 'accept'
  | 'take'
  | 'handOver'
  | 'transfer'
  | 'close';

/** Topics of what the owner tells the other processes. */
const COMMITTED = 'conversation.committed';
const READ = 'conversation.read';

/**
 * Conversations of several processes: what is written into one is done by the process that owns it, wherever it was
 * asked; and all processes hear of every commit. When a link breaks before the answer, `server.busy` is thrown:
 * nobody knows then whether it happened, and the same id sent again is the same message.
 */
export class SharedConversations extends ConversationService {
  readonly #cluster: Cluster;
  readonly #here: { [A in Act]: Service[A] };
  /** Connections whose message is on its way through another process. */
  readonly #origins = new Map<string, unknown>();
  #lastOrigin = 0;

  constructor(deps: Deps & { cluster: Cluster }) {
    super(deps);
    const { cluster, owners } = deps;
    this.#cluster = cluster;
    this.#here = {
      receive: (by, message) => super.receive(by, message),
      send: (by, message) => super.send(by, message),
      robotSay: (id, message) => super.robotSay(id, message),
      requestHandover: (by, id, reason, messageId) => super.requestHandover(by, id, reason, messageId),
      assign: (id, agentId) => super.assign(id, agentId),
      requeueAbsent: (id, agentId) => super.requeueAbsent(id, agentId),
      giveOn: (by, id, gift) => super.giveOn(by, id, gift),
      accept: (by, id) => super.accept(by, id),
      take: (by, id) => super.take(by, id),
      handOver: (by, id, to) => super.handOver(by, id, to),
      transfer: (by, id, to) => super.transfer(by, id, to),
      close: (by, id, mayAny) => super.close(by, id, mayAny),
    };
    cluster.onCall(({ act, args }: ActCall) => this.#perform(act, args));
    owners.onOwnMessage((message, row, origin) => {
      cluster.broadcast(COMMITTED, { message, row, ...(typeof origin === 'string' ? { origin } : {}) });
    });
    owners.onRead = (id, seq) => cluster.broadcast(READ, { id, seq });
    cluster.onEvent(COMMITTED, ({ message, row, origin }: Told) => {
      const known = origin === undefined ? undefined : this.#origins.get(origin);
      owners.hear(revivedMessage(message), revivedRow(row), known);
    });
    cluster.onEvent(READ, ({ id, seq }: { id: string; seq: number }) => owners.noteRead(id, seq));
  }

  override receive(...args: Parameters<Service['receive']>): Promise<Appended> {
    return this.#carry('receive', args);
  }

  override send(...args: Parameters<Service['send']>): Promise<Appended> {
    return this.#carry('send', args);
  }

  override robotSay(...args: Parameters<Service['robotSay']>): Promise<Appended> {
    return this.#at(args[0], 'robotSay', args);
  }

  override requestHandover(...args: Parameters<Service['requestHandover']>): Promise<Appended> {
    return this.#at(args[1], 'requestHandover', args);
  }

  override assign(...args: Parameters<Service['assign']>): Promise<Appended> {
    return this.#at(args[0], 'assign', args);
  }

  override requeueAbsent(...args: Parameters<Service['requeueAbsent']>): Promise<Appended> {
    return this.#at(args[0], 'requeueAbsent', args);
  }

  override giveOn(...args: Parameters<Service['giveOn']>): Promise<Appended> {
    return this.#at(args[1], 'giveOn', args);
  }

  override accept(...args: Parameters<Service['accept']>): Promise<Appended> {
    return this.#at(args[1], 'accept', args);
  }

  override take(...args: Parameters<Service['take']>): Promise<Appended> {
    return this.#at(args[1], 'take', args);
  }

  override handOver(...args: Parameters<Service['handOver']>): Promise<Appended> {
    return this.#at(args[1], 'handOver', args);
  }

  override transfer(...args: Parameters<Service['transfer']>): Promise<Appended> {
    return this.#at(args[1], 'transfer', args);
  }

  override close(...args: Parameters<Service['close']>): Promise<Appended> {
    return this.#at(args[1], 'close', args);
  }

  /** A message: the connection it came over is known here alone, so a name for it goes along. */
  async #carry(act: 'receive' | 'send', args: Parameters<Service['receive']>): Promise<Appended> {
    const [by, { origin, ...message }] = args;
    if (this.#cluster.isMine(message.conversationId)) return this.#here[act](...args);
    const name = `${this.#cluster.nodeId}:${(this.#lastOrigin += 1)}`;
    this.#origins.set(name, origin);
    try {
      return await this.#at<[By, object]>(message.conversationId, act, [by, { ...message, origin: name }]);
    } finally {
      this.#origins.delete(name);
    }
  }

  async #at<A extends readonly unknown[]>(conversationId: string, act: Act, args: A): Promise<Appended> {
    const owner = this.#cluster.ownerOf(conversationId);
    if (owner === this.#cluster.nodeId) return this.#perform(act, args);
    const answer = (await this.#cluster.call(owner, { act, args })) as Appended;
    return { ...answer, at: new Date(answer.at) };
  }

  /** What a conversation's owner does; another process refuses it when the conversation is not its own any more. */
  #perform(act: Act, args: readonly unknown[]): Promise<Appended> {
    if (!Object.hasOwn(this.#here, act)) throw new AppError('server.internal');
    const perform = this.#here[act] as (...args: readonly unknown[]) => Promise<Appended>;
    return perform(...args);
  }
}

function revivedMessage(message: StoredMessage): StoredMessage {
  return { ...message, at: new Date(message.at) };
}

const INSTANTS = ['openedAt', 'lastAt', 'queuedAt', 'assignedAt', 'firstResponseAt', 'closedAt'] as const;

function revivedRow(row: ConversationRow): ConversationRow {
  const revived: Record<string, unknown> = { ...row };
  for (const key of INSTANTS) if (row[key] !== null) revived[key] = new Date(row[key]);
  return revived as ConversationRow;
}
