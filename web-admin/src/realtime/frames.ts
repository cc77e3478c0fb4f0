/** Shapes of the agent socket (`vaultdesk.v1`, /ws/agent) and of the desk's REST answers that share them. */

export type ConversationState = 'robot' | 'queued' | 'assigned' | 'closed';

export type MessageFrom = 'requester' | 'agent' | 'robot' | 'system';

/** One choice of the robot's "did you mean". */
export interface RobotOption {
  articleId: string;
  question: string;
}

/** What the robot decided about the message before its own. */
export interface RobotMark {
  outcome: 'answer' | 'clarify' | 'handoff';
  articleId?: string;
  articleVersion?: number;
  /** 0 to 1. */
  confidence?: number;
  options?: RobotOption[];
}

/** A file of a message. `waiting`: being checked, nobody can read it yet. */
export interface SharedFile {
  id: string;
  name: string;
  size: number;
  type: string | null;
  state: 'receiving' | 'waiting' | 'ready' | 'quarantined' | 'removed';
  hasThumbnail: boolean;
}

/** One message of a conversation. `seq` counts from 1 without gaps. */
export interface Message {
  seq: number;
  from: MessageFrom;
  kind: string;
  text: string;
  at: string;
  /** Client id of the sender, where a person sent it. */
  id?: string | null;
  agentId?: string | null;
  agentName?: string | null;
  robot?: RobotMark | null;
  generatedByMachine?: boolean;
  isRecalled?: boolean;
  file?: SharedFile;
}

/** One row of the conversation lists. Texts and names are masked by the server. */
export interface Conversation {
  id: string;
  siteId: string;
  state: ConversationState;
  requester: { id: string; nameMasked: string | null; isIdentified: boolean };
  assignee: { id: string; displayName: string } | null;
  skillGroup: { id: string; name: string } | null;
  lastText: string | null;
  lastFrom: MessageFrom | null;
  lastAt: string | null;
  lastSeq: number;
  unread: number;
  waitingSince?: string | null;
  openedAt: string;
  handoverReason?: string | null;
}

export type PresenceState = 'online' | 'busy' | 'break';

export type ServerFrame =
  | { t: 'welcome'; presence?: PresenceState | 'offline'; queued?: number }
  | { t: 'pong' }
  | { t: 'queue'; queued: number }
  | { t: 'conversation'; conversation: Conversation }
  | { t: 'assigned'; conversation: string }
  | ({ t: 'message'; conversation: string; internal?: boolean } & Message)
  | { t: 'change'; conversation: string; seq: number; text?: string; recalled?: boolean }
  | { t: 'ack'; conversation: string; id: string; seq: number; at: string }
  | { t: 'file'; conversation: string; file: Pick<SharedFile, 'id' | 'state' | 'type' | 'hasThumbnail'> }
  | { t: 'typing'; conversation: string; from?: MessageFrom }
  | { t: 'read'; conversation: string; seq: number }
  | { t: 'presence'; state: PresenceState | 'offline' }
  /** The bell has something new; what, it asks for. */
  | { t: 'notice' }
  | { t: 'error'; id?: string; conversation?: string; code: string; message: string; retryMs?: number };

export type ClientFrame =
  | { t: 'hello'; csrf: string; after: Record<string, number> }
  | { t: 'presence'; state: PresenceState }
  | { t: 'accept'; conversation: string }
  | { t: 'send'; conversation: string; id: string; kind: 'text'; text: string }
  | { t: 'send'; conversation: string; id: string; kind: 'file'; fileId: string }
  | { t: 'typing'; conversation: string }
  | { t: 'watch'; conversation: string }
  | { t: 'unwatch'; conversation: string }
  | { t: 'ping' };

const KNOWN = new Set<ServerFrame['t']>([
  'welcome',
  'pong',
  'queue',
  'conversation',
  'assigned',
  'message',
  'change',
  'file',
  'ack',
  'typing',
  'read',
  'presence',
  'notice',
  'error',
]);

/** Reads a frame; a text that is no frame of the protocol gives undefined, so a newer server does no harm. */
export function parseFrame(text: string): ServerFrame | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const kind = (value as { t?: unknown }).t;
  return KNOWN.has(kind as ServerFrame['t']) ? (value as ServerFrame) : undefined;
}
