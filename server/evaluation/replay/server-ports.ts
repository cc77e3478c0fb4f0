import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { WebSocket } from 'ws';
import { parseMessage, SUBPROTOCOL } from '../../../web-admin/widget/protocol/index.ts';
import type { ClientPorts, Failure } from '../../../web-admin/widget/protocol/index.ts';
import { randomBytes } from '../../platform/crypto/index.ts';

/** Where a server is and how we know it is the right one. */
export interface ServerAddress {
  /** With a slash at its end. */
  url: URL;
  site: string;
  /** PEM certificates that are believed besides none of the system's; undefined for the system's. */
  ca: string | undefined;
}

/** What a session is resumed with. Both are secrets. */
export interface SessionTokens {
  conversationId: string;
  token: string;
  resumeToken: string;
}

type Answer = { isOk: true; value: Record<string, unknown> } | Failure;

const REQUEST_TIMEOUT_MS = 15_000;
const POLL_SECONDS = 25;
const FINAL_CODES: readonly string[] = ['site.unknown', 'request.origin_refused', 'request.invalid'];

interface Call {
  method: 'GET' | 'POST';
  path: string;
  token?: string;
  body?: object;
  timeoutMs?: number;
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Makes one JSON call. No answer, or one that is not JSON, is `network.failed`. */
export async function callServer({ url, ca }: ServerAddress, call: Call): Promise<Answer> {
  const target = new URL(`api/v1/${call.path}`, url);
  const request = target.protocol === 'https:' ? tlsRequest : plainRequest;
  const payload = call.body && JSON.stringify(call.body);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (payload !== undefined) headers['content-type'] = 'application/json';
  if (call.token !== undefined) headers.authorization = `Bearer ${call.token}`;
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const signal = AbortSignal.timeout(call.timeoutMs ?? REQUEST_TIMEOUT_MS);
      const outgoing = request(target, { method: call.method, headers, ca, signal }, resolve);
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
    const text = await readText(response);
    const value = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    const status = response.statusCode ?? 500;
    if (status < 300) return { isOk: true, value };
    const code = typeof value.code === 'string' ? value.code : `http.${status}`;
    return { isOk: false, code, isFinal: FINAL_CODES.includes(code) };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    // A wrong certificate does not become right by waiting.
    const isFinal = /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_(GET|VERIFY)/.test(code);
    return { isOk: false, code: isFinal ? `tls.${code.toLowerCase()}` : 'network.failed', isFinal };
  }
}

/** Opens a session, or resumes the one of `resumeToken`. */
export async function openVisitorSession(
  address: ServerAddress,
  resumeToken?: string,
): Promise<{ isOk: true; tokens: SessionTokens } | Failure> {
  const body = { site: address.site, ...(resumeToken !== undefined && { resumeToken }) };
  const answer = await callServer(address, { method: 'POST', path: 'visitor/session', body });
  if (!answer.isOk) return answer;
  const { token, resumeToken: nextResume, conversationId } = answer.value;
  if (typeof token !== 'string' || typeof nextResume !== 'string' || typeof conversationId !== 'string') {
    return { isOk: false, code: 'frame.malformed', isFinal: true };
  }
  return { isOk: true, tokens: { token, resumeToken: nextResume, conversationId } };
}

/** Opens the visitor socket; `ws` reports everything by events. */
export function openVisitorSocket({ url, ca }: ServerAddress): WebSocket {
  const target = new URL('ws/visitor', url);
  target.protocol = target.protocol === 'http:' ? 'ws:' : 'wss:';
  return new WebSocket(target, SUBPROTOCOL, { ca, perMessageDeflate: false, handshakeTimeout: 10_000 });
}

/** The protocol client's world in Node; `onSession` is told of every session opened, before it is used. */
export function createServerPorts(
  address: ServerAddress,
  onSession: (tokens: SessionTokens) => void,
): ClientPorts {
  let resumeToken: string | undefined;
  return {
    async openSession() {
      const opened = await openVisitorSession(address, resumeToken);
      if (!opened.isOk) return opened;
      ({ resumeToken } = opened.tokens);
      onSession(opened.tokens);
      const { token, conversationId } = opened.tokens;
      return { isOk: true, session: { token, conversationId } };
    },
    openSocket(events) {
      const socket = openVisitorSocket(address);
      // `close` follows every `error`, and is what counts.
      socket.on('error', () => undefined);
      socket.on('open', () => events.opened());
      socket.on('message', (data) => events.received(String(data)));
      socket.on('close', () => events.closed());
      return {
        send: (text) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(text);
        },
        close: () => socket.terminate(),
      };
    },
    async poll(token, after) {
      const path = `visitor/messages?after=${after}&wait=${POLL_SECONDS}`;
      const timeoutMs = (POLL_SECONDS + 10) * 1000;
      const answer = await callServer(address, { method: 'GET', path, token, timeoutMs });
      if (!answer.isOk) return answer;
      const items = Array.isArray(answer.value.items) ? answer.value.items : [];
      return { isOk: true, items: items.map(parseMessage).filter((message) => message !== undefined) };
    },
    async post(token, { id, text }) {
      const body = { id, kind: 'text', text };
      const answer = await callServer(address, { method: 'POST', path: 'visitor/messages', token, body });
      if (!answer.isOk) return answer;
      const { seq, at } = answer.value as { seq?: number; at?: string };
      return { isOk: true, ...(seq !== undefined && { seq }), ...(at !== undefined && { at }) };
    },
    setTimer(run, delayMs) {
      const handle = setTimeout(run, delayMs);
      return () => clearTimeout(handle);
    },
    random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
  };
}
