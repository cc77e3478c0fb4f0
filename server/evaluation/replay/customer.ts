import { createProtocolClient } from '../../../web-admin/widget/protocol/index.ts';
import type {
  ChatMessage,
  ClientPorts,
  ProtocolClient,
  ProtocolState,
} from '../../../web-admin/widget/protocol/index.ts';

/** What became of one question. `unanswered`: acknowledged, but the robot said nothing in time. */
export type Outcome = 'answered' | 'clarified' | 'handed-off' | 'unanswered' | 'refused' | 'lost';

/** One question played. */
export interface Played {
  outcome: Outcome;
  /** From sending to the acknowledgement; absent when there was none. */
  ackMs?: number;
  /** From sending to the robot's reply. */
  replyMs?: number;
  /** Error code, for `refused` and `lost`. */
  code?: string;
}

/** How long we wait, in milliseconds. An acknowledgement may take a restart of the server. */
export interface Patience {
  ackMs: number;
  replyMs: number;
}

/** The defaults: a server that restarts, recovers its database, and trains its robot is back within the first. */
export const PATIENCE: Patience = { ackMs: 180_000, replyMs: 20_000 };

const OUTCOMES: Record<string, Outcome> = { answer: 'answered', clarify: 'clarified', handoff: 'handed-off' };

/** A customer at the site: one session, asking one question after the other. */
export interface Customer {
  /** Waits until the socket is ready; answers an error code when it will not be. */
  connect(): Promise<string | undefined>;
  /** `onAck` is told of the committed message before the reply is waited for. */
  ask(id: string, text: string, onAck: (message: ChatMessage) => void): Promise<Played>;
  leave(): void;
}

/** Makes a customer; nothing happens before `connect`. */
export function createCustomer(ports: ClientPorts, patience: Patience = PATIENCE): Customer {
  const watchers = new Set<() => void>();
  const client = createProtocolClient({
    ports,
    onChange: () => {
      for (const watcher of [...watchers]) watcher();
    },
  });

  /** Waits until `find` finds something in the state, at most `timeoutMs`. */
  function until<T>(
    find: (state: ProtocolState) => T | undefined,
    timeoutMs: number,
  ): Promise<T | undefined> {
    return new Promise((resolve) => {
      const finish = (value: T | undefined) => {
        watchers.delete(look);
        clearTimeout(timeout);
        resolve(value);
      };
      const timeout = setTimeout(() => finish(undefined), timeoutMs);
      const look = () => {
        const found = find(client.state());
        if (found !== undefined) finish(found);
      };
      watchers.add(look);
      look();
    });
  }

  return {
    async connect() {
      client.dispatch({ kind: 'start' });
      const isReady = ({ link }: ProtocolState) => link === 'live' || link === 'polling';
      const end = await until(
        (state) => (isReady(state) ? 'ready' : state.link === 'refused' ? state.refusal : undefined),
        patience.ackMs,
      );
      return end === 'ready' ? undefined : (end ?? 'network.failed');
    },
    ask: (id, text, onAck) => ask({ client, until, patience }, { id, text, onAck }),
    leave: () => client.stop(),
  };
}

interface Watch {
  client: ProtocolClient;
  until<T>(find: (state: ProtocolState) => T | undefined, timeoutMs: number): Promise<T | undefined>;
  patience: Patience;
}

async function ask(
  { client, until, patience }: Watch,
  question: { id: string; text: string; onAck: (message: ChatMessage) => void },
): Promise<Played> {
  const { id, text } = question;
  const startedMs = performance.now();
  client.dispatch({ kind: 'submit', item: { id, kind: 'text', text } });
  const delivered = await until<{ message: ChatMessage } | { code: string }>((state) => {
    const message = findLast(state.messages, (known) => known.id === id);
    if (message) return { message };
    const failed = state.outbox.find((item) => item.id === id && item.phase === 'failed');
    return failed && { code: failed.code ?? 'message.refused' };
  }, patience.ackMs);
  if (!delivered) return { outcome: 'lost', code: 'network.failed' };
  if ('code' in delivered) return { outcome: 'refused', code: delivered.code };
  const ackMs = performance.now() - startedMs;
  question.onAck(delivered.message);
  const outcome = await until((state) => findReply(state, delivered.message.seq), patience.replyMs);
  if (outcome === undefined) return { outcome: 'unanswered', ackMs };
  return { outcome, ackMs, replyMs: performance.now() - startedMs };
}

/** The robot's decision on what came after `seq`; a conversation that left the robot was handed over. */
function findReply({ messages, conversation }: ProtocolState, seq: number): Outcome | undefined {
  const reply = findLast(
    messages,
    (known) => known.seq > seq && OUTCOMES[known.robot?.outcome ?? ''] !== undefined,
  );
  if (reply) return OUTCOMES[reply.robot?.outcome ?? ''];
  return conversation === 'robot' ? undefined : 'handed-off';
}

function findLast(
  messages: readonly ChatMessage[],
  isIt: (message: ChatMessage) => boolean,
): ChatMessage | undefined {
  return messages.findLast(isIt);
}
