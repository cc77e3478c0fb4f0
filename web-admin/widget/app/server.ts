import { parseMessage, SUBPROTOCOL } from '../protocol/index.ts';
import type { ClientPorts, ConversationState, Failure } from '../protocol/index.ts';
import type { WidgetStorage } from './storage.ts';
import type { UploadPort } from './uploads.ts';

/** What a site says about itself to anybody. */
export interface Site {
  id: string;
  title?: string;
  welcome?: string;
  offline?: string;
  locale?: string;
  look?: Look;
}

/** A text in both languages. */
export interface Localised {
  zh: string;
  en: string;
}

/** What the installation set for all its sites. */
export interface Look {
  /** `#rrggbb`; white stands on it. */
  primary?: string;
  isRatingOn?: boolean;
  machineLabel?: Localised;
  disclaimer?: Localised;
}

/** The server's HTTP and socket faces, as the widget uses them. */
export interface Server {
  ports: ClientPorts;
  findSite(): Promise<Site | undefined>;
  /** Rates the conversation of `token`; false when the server did not take it. */
  rate(token: string, score: number, comment: string): Promise<boolean>;
  upload: (token: () => string | undefined) => UploadPort;
  /** The content of a file, or its small picture; undefined when it could not be had. */
  loadFile(token: string, id: string, isThumbnail: boolean): Promise<Blob | undefined>;
}

/** Where the server is and whom we ask for. */
export interface ServerOptions {
  /** Address with a slash at its end, for example `https://desk.example/`. */
  base: URL;
  site: string;
  storage: WidgetStorage;
  /** The host application's signed statement, when it gave one; read at each call. */
  identity: () => string | undefined;
}

type Answer = { isOk: true; value: Record<string, unknown> } | (Failure & { received?: number });

const REQUEST_TIMEOUT_MS = 15_000;
const POLL_SECONDS = 25;
/** A poll may take its whole wait, and then the way back. */
const POLL_TIMEOUT_MS = (POLL_SECONDS + 10) * 1000;
/** A part is 256 KiB; a line that takes longer is better cut and taken up again. */
const UPLOAD_TIMEOUT_MS = 60_000;
/** Refusals of a part that pass by themselves. */
const PASSING = /^(network\.|server\.|storage\.|audit\.|request\.rate_limited|visitor\.token_invalid|http\.)/;
const NO_ANSWER: Failure = { isOk: false, code: 'network.failed', isFinal: false };
/** Refusals of a session that another attempt will not change. */
const FINAL_CODES: readonly string[] = ['site.unknown', 'request.origin_refused', 'site.identity_invalid'];

interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  token?: string;
  body?: object | Blob;
  timeoutMs?: number;
}

function toFailure(
  status: number,
  problem: Record<string, unknown>,
  retryAfter: string | null,
): Failure & { received?: number } {
  const code =
    typeof problem.code === 'string' ? problem.code : status >= 500 ? 'server.internal' : `http.${status}`;
  const failure: Failure & { received?: number } = { isOk: false, code, isFinal: FINAL_CODES.includes(code) };
  // An upload that lost its place is told where to go on.
  const received = (problem.details as { receivedBytes?: unknown } | undefined)?.receivedBytes;
  if (typeof received === 'number') failure.received = received;
  const retrySeconds = Number(retryAfter);
  if (retryAfter && retrySeconds > 0) failure.retryMs = retrySeconds * 1000;
  return failure;
}

/** Makes one HTTP call. Cookies stay out of it: a signed-in employee who tries the widget is a visitor here. */
async function call(
  url: URL,
  { method, token, body, timeoutMs = REQUEST_TIMEOUT_MS }: Call,
): Promise<Answer> {
  const abort = new AbortController();
  const timeout = setTimeout(() => abort.abort(), timeoutMs);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body) headers['content-type'] = body instanceof Blob ? 'application/octet-stream' : 'application/json';
  if (token) headers.authorization = `Bearer ${token}`;
  try {
    const response = await fetch(url.href, {
      method,
      headers,
      body: body instanceof Blob ? body : body && JSON.stringify(body),
      credentials: 'omit',
      cache: 'no-store',
      signal: abort.signal,
    });
    const text = await response.text();
    const value = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
    return response.ok
      ? { isOk: true, value }
      : toFailure(response.status, value, response.headers.get('retry-after'));
  } catch {
    // No answer, an aborted one, or a page of some proxy in between: all of them pass.
    return NO_ANSWER;
  } finally {
    clearTimeout(timeout);
  }
}

type Opened = Awaited<ReturnType<ClientPorts['openSession']>>;

/**
 * Opens or resumes the customer's session, or (`isNew`) begins another conversation of the same customer. A resume
 * token the server no longer takes is forgotten.
 */
async function openSession(options: ServerOptions, url: URL, isNew: boolean): Promise<Opened> {
  const { site, storage } = options;
  const resumeToken = storage.resumeToken();
  const identity = options.identity();
  const body = {
    site,
    ...(resumeToken && { resumeToken }),
    ...(identity && { identity }),
    ...(isNew && { fresh: true }),
  };
  const answer = await call(url, { method: 'POST', body });
  if (!answer.isOk) {
    if (!resumeToken || answer.code !== 'visitor.token_invalid') return answer;
    storage.setResumeToken(undefined);
    return openSession(options, url, isNew);
  }
  const { token, resumeToken: nextToken, conversationId } = answer.value;
  if (typeof token !== 'string' || typeof conversationId !== 'string') return NO_ANSWER;
  if (typeof nextToken === 'string') storage.setResumeToken(nextToken);
  return { isOk: true, session: { token, conversationId } };
}

/** Where the conversation went, from the system's own messages: polling has no frames that tell it. */
function findState(items: unknown[]): unknown {
  const told = items.map((item) => (item as { state?: unknown } | null)?.state);
  return told.filter((state) => state !== undefined).pop();
}

const PATHS = {
  text: 'visitor/messages',
  file: 'visitor/messages',
  choose: 'visitor/messages',
  handover: 'visitor/handover',
};

/** Uploads and downloads. */
function fileFace(api: (path: string) => URL): Pick<Server, 'upload' | 'loadFile'> {
  return {
    upload: (token) => ({
      async call(method, path, body) {
        const answer = await call(api(path), {
          ...{ method, timeoutMs: UPLOAD_TIMEOUT_MS },
          ...(body && { body }),
          token: token() ?? '',
        });
        if (answer.isOk) return answer;
        const { code, received } = answer;
        const isPassing = PASSING.test(code) && code !== 'http.413';
        return { isOk: false, code, isPassing, ...(received !== undefined && { received }) };
      },
    }),
    async loadFile(token, id, isThumbnail) {
      const url = api(`visitor/files/${id}${isThumbnail ? '/thumbnail' : ''}`);
      try {
        const headers = { authorization: `Bearer ${token}` };
        const response = await fetch(url.href, { headers, credentials: 'omit', cache: 'no-store' });
        return response.ok ? await response.blob() : undefined;
      } catch {
        // No network: the picture stays away, the button can be pressed again.
        return undefined;
      }
    },
  };
}

/** Makes the widget's side of the server out of `fetch` and `WebSocket`. */
export function createServer(options: ServerOptions): Server {
  const api = (path: string) => new URL(`api/v1/${path}`, options.base);
  const ports: ClientPorts = {
    openSession: ({ isNew }) => openSession(options, api('visitor/session'), isNew),
    openSocket: (events) => openSocket(new URL('ws/visitor', options.base), events),
    async poll(token, after) {
      const url = api(`visitor/messages?after=${after}&wait=${POLL_SECONDS}`);
      const answer = await call(url, { method: 'GET', token, timeoutMs: POLL_TIMEOUT_MS });
      if (!answer.isOk) return answer;
      const items = Array.isArray(answer.value.items) ? answer.value.items : [];
      const state = answer.value.state ?? findState(items);
      const { position } = answer.value;
      return {
        isOk: true,
        items: items.map(parseMessage).filter((message) => message !== undefined),
        ...(typeof state === 'string' && { state: state as ConversationState }),
        ...(typeof position === 'number' && { position }),
      };
    },
    async post(token, { id, kind, text, file }) {
      // Over HTTP a choice is asked as its question: the robot answers it with that article.
      const said = file ? { id, kind: 'file', fileId: file.id } : { id, kind: 'text', text };
      const body = kind === 'handover' ? {} : said;
      const answer = await call(api(PATHS[kind]), { method: 'POST', token, body });
      if (!answer.isOk) return answer;
      const { seq, at } = answer.value;
      return {
        isOk: true,
        ...(typeof seq === 'number' && { seq }),
        ...(typeof at === 'string' && { at }),
      };
    },
    setTimer(run, delayMs) {
      const handle = setTimeout(run, delayMs);
      return () => clearTimeout(handle);
    },
    random: () => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32,
  };
  return {
    ports,
    async findSite() {
      const answer = await call(api(`visitor/site/${encodeURIComponent(options.site)}`), { method: 'GET' });
      return answer.isOk ? (answer.value as unknown as Site) : undefined;
    },
    async rate(token, score, comment) {
      const body = { score, ...(comment && { comment }) };
      return (await call(api('visitor/csat'), { method: 'POST', token, body })).isOk;
    },
    ...fileFace(api),
  };
}

function openSocket(url: URL, events: Parameters<ClientPorts['openSocket']>[0]) {
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  const socket = new WebSocket(url.href, SUBPROTOCOL);
  socket.onopen = () => events.opened();
  socket.onmessage = (event) => events.received(event.data);
  socket.onclose = () => events.closed();
  return {
    send: (text: string) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    },
  };
}
