import type { RawData } from 'ws';
import { parseMessage, type ChatMessage } from '../../../web-admin/widget/protocol/index.ts';
import { hashText, type LedgerConversation } from './ledger.ts';
import { openVisitorSession, openVisitorSocket, type ServerAddress } from './server-ports.ts';

/** What a check found in one conversation; all counts are of messages. */
export interface CheckResult {
  acknowledged: number;
  /** Acknowledged, and not there. */
  missing: number;
  /** There more than once. */
  doubled: number;
  /** There under another number than the acknowledgement said, or sent out of order. */
  misplaced: number;
  /** There with another text. */
  changed: number;
  /** The conversation could not be read at all; the code says why. */
  failure?: string;
}

const READ_TIMEOUT_MS = 15_000;
const ATTEMPTS_MAX = 10;
const ATTEMPT_PAUSE_MS = 1_000;

/** Everything a server sends for `hello` with `after: 0`, as it came: what a client would hide must be seen here. */
async function readMessages(address: ServerAddress, token: string): Promise<ChatMessage[]> {
  const socket = openVisitorSocket(address);
  try {
    return await new Promise<ChatMessage[]>((resolve, reject) => {
      const messages: ChatMessage[] = [];
      let last: number | undefined;
      // A server that announced more than it sends is compared with what it did send.
      const timeout = setTimeout(
        () => (last === undefined ? reject(new Error('read.timeout')) : resolve(messages)),
        READ_TIMEOUT_MS,
      );
      const finish = (act: () => void) => {
        clearTimeout(timeout);
        act();
      };
      const hear = (data: RawData) => {
        const frame = JSON.parse(String(data)) as { t: string; last?: number; code?: string };
        const message = frame.t === 'message' ? parseMessage(frame) : undefined;
        if (message) messages.push(message);
        if (frame.t === 'welcome') last = frame.last ?? 0;
        if (frame.t === 'error') return finish(() => reject(new Error(frame.code)));
        // The answer to a ping comes after everything that was on its way before it.
        if (frame.t === 'welcome') socket.send('{"t":"ping"}');
        const isWhole = last !== undefined && messages.length >= last;
        if (frame.t === 'pong' && isWhole) return finish(() => resolve(messages));
        if (frame.t === 'message' && isWhole) socket.send('{"t":"ping"}');
      };
      socket.on('open', () => socket.send(JSON.stringify({ t: 'hello', token, after: 0 })));
      socket.on('message', hear);
      socket.on('error', (error) => finish(() => reject(error)));
      socket.on('close', () => finish(() => reject(new Error('socket.closed'))));
    });
  } finally {
    socket.terminate();
  }
}

/** Compares what was acknowledged with what is there. Pure; `messages` in the order they were sent. */
export function compareMessages(acks: LedgerConversation['acks'], messages: ChatMessage[]): CheckResult {
  const result: CheckResult = { acknowledged: acks.length, missing: 0, doubled: 0, misplaced: 0, changed: 0 };
  messages.forEach((message, index) => {
    if (message.seq !== index + 1) result.misplaced += 1;
  });
  for (const ack of acks) {
    const found = messages.filter((message) => message.id === ack.id);
    const first = found[0];
    if (!first) result.missing += 1;
    else if (first.seq !== ack.seq) result.misplaced += 1;
    else if (hashText(first.text) !== ack.textSha256) result.changed += 1;
    if (found.length > 1) result.doubled += 1;
  }
  return result;
}

/** Tells whether a result is as it must be. */
export function isClean(result: CheckResult): boolean {
  const { missing, doubled, misplaced, changed, failure } = result;
  return missing + doubled + misplaced + changed === 0 && failure === undefined;
}

async function readConversation(
  address: ServerAddress,
  { tokens }: LedgerConversation,
): Promise<ChatMessage[]> {
  const opened = await openVisitorSession(address, tokens.resumeToken);
  if (!opened.isOk) throw new Error(opened.code);
  const isSame = opened.tokens.conversationId === tokens.conversationId;
  // Where a closed conversation is not resumed, the old session may still read it.
  return readMessages(address, isSame ? opened.tokens.token : tokens.token);
}

/** Resumes one conversation of a ledger and verifies it; tries again while the server is not there. */
export async function checkConversation(
  address: ServerAddress,
  conversation: LedgerConversation,
): Promise<CheckResult> {
  let failure = '';
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    try {
      return compareMessages(conversation.acks, await readConversation(address, conversation));
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
      if (attempt < ATTEMPTS_MAX) await new Promise((resolve) => setTimeout(resolve, ATTEMPT_PAUSE_MS));
    }
  }
  const count = conversation.acks.length;
  return { acknowledged: count, missing: count, doubled: 0, misplaced: 0, changed: 0, failure };
}
