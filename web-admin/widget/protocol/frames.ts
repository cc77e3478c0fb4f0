/** Who wrote a message, as the requester sees it. */
export type Sender = 'requester' | 'agent' | 'robot' | 'system';

/** Where a conversation stands: with the robot, waiting in a queue, with an agent, or over. */
export type ConversationState = 'robot' | 'queued' | 'assigned' | 'closed';

/** One of the articles the robot offers when it asks "did you mean". */
export interface ClarifyOption {
  articleId: string;
  question: string;
}

/** What the robot decided for the message it answers. */
export interface RobotMark {
  outcome: string;
  options?: ClarifyOption[];
  articleId?: string;
  articleVersion?: number;
}

/** A file of a message. `waiting`: being checked, nobody can read it yet. */
export interface ChatFile {
  id: string;
  name: string;
  size: number;
  state: 'waiting' | 'ready' | 'quarantined' | 'removed';
  hasThumbnail: boolean;
}

/** A message with its place in the conversation; `seq` counts from 1 without gaps. */
export interface ChatMessage {
  seq: number;
  from: Sender;
  kind: string;
  text: string;
  /** Instant of the commit, ISO 8601 in UTC. */
  at: string;
  /** The client's UUID; only on the requester's own messages. */
  id?: string;
  agentName?: string;
  robot?: RobotMark;
  /** True on every text a machine wrote; the widget must label it. */
  generatedByMachine?: boolean;
  isRecalled?: boolean;
  file?: ChatFile;
}

/** Frames the server sends; the outside contract's `vaultdesk.v1`. */
export type ServerFrame =
  | { t: 'welcome'; conversation: string; last: number }
  | ({ t: 'message' } & ChatMessage)
  | { t: 'ack'; id: string; seq?: number; at?: string }
  | { t: 'change'; seq: number; text?: string; recalled?: boolean }
  | { t: 'error'; id?: string; code: string; message: string; retryMs?: number }
  | { t: 'state'; state: ConversationState; position?: number }
  | { t: 'typing'; from: 'agent' | 'robot' }
  | { t: 'file'; file: Pick<ChatFile, 'id' | 'state' | 'hasThumbnail'> }
  | { t: 'pong' };

/** Frames the requester's program sends. */
export type ClientFrame =
  | { t: 'hello'; token: string; after: number }
  | { t: 'send'; id: string; kind: 'text'; text: string }
  | { t: 'send'; id: string; kind: 'file'; fileId: string }
  | { t: 'choose'; id: string; articleId: string }
  | { t: 'handover'; id: string }
  | { t: 'read'; seq: number }
  | { t: 'typing' }
  | { t: 'ping' };

/** Name of the WebSocket subprotocol. */
export const SUBPROTOCOL = 'vaultdesk.v1';

/** Longest text of one message, in characters as JavaScript counts them (UTF-16 units). */
export const TEXT_CHARACTERS_MAX = 8_000;

type Fields = Record<string, unknown>;

const SENDERS: readonly unknown[] = ['requester', 'agent', 'robot', 'system'];
const STATES: readonly unknown[] = ['robot', 'queued', 'assigned', 'closed'];

const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Leaves out what is undefined, so that frames compare and serialise without empty fields. */
function compact<T extends object>(fields: T): T {
  const kept = {} as T;
  for (const key of Object.keys(fields) as (keyof T)[]) {
    if (fields[key] !== undefined) kept[key] = fields[key];
  }
  return kept;
}

function parseRobot(value: unknown): RobotMark | undefined {
  if (!isFields(value) || typeof value.outcome !== 'string') return undefined;
  const options = Array.isArray(value.options)
    ? value.options.filter(
        (option): option is ClarifyOption =>
          isFields(option) && typeof option.articleId === 'string' && typeof option.question === 'string',
      )
    : undefined;
  return compact<RobotMark>({
    outcome: value.outcome,
    options,
    articleId: asText(value.articleId),
    articleVersion: typeof value.articleVersion === 'number' ? value.articleVersion : undefined,
  });
}

const FILE_STATES: readonly unknown[] = ['waiting', 'ready', 'quarantined', 'removed'];

/** Reads a file of a message, or what is told of one later. */
function parseFile(value: unknown): ChatFile | undefined {
  if (!isFields(value) || typeof value.id !== 'string' || !FILE_STATES.includes(value.state))
    return undefined;
  return {
    id: value.id,
    name: asText(value.name) ?? '',
    size: isSeq(value.size) ? value.size : 0,
    state: value.state as ChatFile['state'],
    hasThumbnail: value.hasThumbnail === true,
  };
}

/** Reads one message frame, from the socket or from a long-polling answer; undefined when its form is wrong. */
export function parseMessage(value: unknown): ChatMessage | undefined {
  if (!isFields(value)) return undefined;
  const { seq, from, text } = value;
  if (!isSeq(seq) || seq < 1 || !SENDERS.includes(from) || typeof text !== 'string') return undefined;
  return compact<ChatMessage>({
    seq,
    from: from as Sender,
    kind: asText(value.kind) ?? 'text',
    text,
    at: asText(value.at) ?? '',
    id: asText(value.id),
    agentName: asText(value.agentName),
    robot: parseRobot(value.robot),
    generatedByMachine: value.generatedByMachine === true ? true : undefined,
    isRecalled: value.recalled === true ? true : undefined,
    file: parseFile(value.file),
  });
}

const PARSERS: Record<string, (fields: Fields) => ServerFrame | undefined> = {
  welcome: ({ conversation, last }) =>
    typeof conversation === 'string' && isSeq(last) ? { t: 'welcome', conversation, last } : undefined,
  message: (fields) => {
    const message = parseMessage(fields);
    return message && { t: 'message', ...message };
  },
  ack: ({ id, seq, at }) =>
    typeof id === 'string'
      ? compact({ t: 'ack' as const, id, seq: isSeq(seq) ? seq : undefined, at: asText(at) })
      : undefined,
  change: ({ seq, text, recalled }) =>
    isSeq(seq)
      ? compact({
          t: 'change' as const,
          seq,
          text: asText(text),
          recalled: recalled === true ? true : undefined,
        })
      : undefined,
  error: ({ id, code, message, retryMs }) =>
    typeof code === 'string'
      ? compact({
          t: 'error' as const,
          id: asText(id),
          code,
          message: asText(message) ?? '',
          retryMs: typeof retryMs === 'number' && retryMs >= 0 ? retryMs : undefined,
        })
      : undefined,
  state: ({ state, position }) =>
    STATES.includes(state)
      ? compact({
          t: 'state' as const,
          state: state as ConversationState,
          position: isSeq(position) ? position : undefined,
        })
      : undefined,
  typing: ({ from }) => ({ t: 'typing', from: from === 'robot' ? 'robot' : 'agent' }),
  file: ({ file }) => {
    const told = parseFile(file);
    return told && { t: 'file', file: told };
  },
  pong: () => ({ t: 'pong' }),
};

/**
 * Reads one text frame of the server. Undefined for anything that is not a known frame of the right form: a newer
 * server may send frames this program does not know, and they must not break it.
 */
export function parseServerFrame(data: unknown): ServerFrame | undefined {
  if (typeof data !== 'string') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isFields(value) || typeof value.t !== 'string') return undefined;
  return Object.prototype.hasOwnProperty.call(PARSERS, value.t) ? PARSERS[value.t]?.(value) : undefined;
}
