import { ApiError, parseProblem } from './api-error.ts';
import { createUuid } from './uuid.ts';

const BASE = '/api/v1';
const TIMEOUT_MS = 30_000;

/** A create is repeated with its own Idempotency-Key when no answer came, so it happens at most once. */
const CREATE_ATTEMPTS_MAX = 3;
const CREATE_RETRY_MS = 500;

/** Answers after which a create may be repeated: the server says that it did nothing, or no answer came. */
const RETRIED_STATUS = new Set([0, 502, 503, 504]);

export type Query = Readonly<Record<string, string | number | boolean | undefined | null>>;

/** What a request carries besides its path. */
export interface RequestOptions {
  query?: Query;
  body?: unknown;
  /** Version that was read; sent as If-Match. */
  version?: number;
  signal?: AbortSignal | undefined;
  /** The page asks by itself, nobody is there: the idle time goes on. */
  isBackground?: boolean;
  /** An answer the browser may keep and ask for again with its tag; everything else is never stored. */
  isRevalidated?: boolean;
  /** Language of texts that the server writes; the browser's own unless set. */
  lang?: string;
  /** The answer is a file: gives a Blob. */
  isBlob?: boolean;
  /** For the few answers that may take longer than half a minute. */
  timeoutMs?: number;
}

/** The REST interface. Every method throws ApiError. */
export interface ApiClient {
  get<T>(path: string, options?: Omit<RequestOptions, 'body' | 'version'>): Promise<T>;
  post<T = void>(path: string, options?: RequestOptions): Promise<T>;
  /** POST that makes something: carries an Idempotency-Key and is repeated when the network swallowed the answer. */
  create<T>(path: string, options?: RequestOptions): Promise<T>;
  put<T = void>(path: string, options?: RequestOptions): Promise<T>;
  patch<T = void>(path: string, options?: RequestOptions): Promise<T>;
  delete(path: string, options?: RequestOptions): Promise<void>;
  /** The token unsafe requests carry; handed over by the session. */
  setCsrfToken(token: string): void;
  /** An act over the socket counts for the idle time as a request does. */
  noteActivity(): void;
  /** Time of the last request, in ms of the epoch: the server counts idle time from it. */
  lastRequestAtMs(): number;
}

/** What the client needs from its surroundings; tests hand in their own. */
export interface ApiClientDeps {
  fetch: typeof fetch;
  /** Called once for each answer that says the session is gone. */
  onSignedOut(): void;
  /** The server wants to know who sits there before it does this; true when it may be sent again. */
  onProofNeeded?(): Promise<boolean>;
  sleep(ms: number): Promise<void>;
  nowMs(): number;
}

/** Path with its query; empty and absent values are left out, so filters need no cleaning up. */
export function buildUrl(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return `${BASE}${path}${search ? `?${search}` : ''}`;
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A proxy's HTML page: parseProblem makes a general error of it.
    return undefined;
  }
}

function isSessionGone(error: ApiError): boolean {
  return (
    error.status === 401 &&
    !error.code.startsWith('session.credentials') &&
    error.code !== 'session.otp_required'
  );
}

/** Aborts after the time-out or when the caller's signal does. (AbortSignal.any is missing below Chromium 116.) */
function deadline(
  signal: AbortSignal | undefined,
  timeoutMs: number,
): {
  signal: AbortSignal;
  isTimedOut(): boolean;
  clear(): void;
} {
  const controller = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort();
  }, timeoutMs);
  const abort = () => controller.abort();
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    isTimedOut: () => timedOut,
    clear() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
}

function headersOf(options: RequestOptions & { key?: string }, csrfToken: string): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (csrfToken) headers['x-csrf-token'] = csrfToken;
  if (options.version !== undefined) headers['if-match'] = String(options.version);
  if (options.lang) headers['accept-language'] = options.lang;
  if (options.isBackground) headers['x-background'] = '1';
  if (options.key) headers['idempotency-key'] = options.key;
  if (options.body instanceof Blob) headers['content-type'] = 'application/octet-stream';
  else if (options.body !== undefined) headers['content-type'] = 'application/json';
  return headers;
}

/** Bytes go out as they are, everything else as JSON. */
function bodyOf(body: unknown): Blob | string {
  return body instanceof Blob ? body : JSON.stringify(body);
}

/** Makes the client of the REST interface. */
export function createApiClient(deps: ApiClientDeps): ApiClient {
  let csrfToken = '';
  let lastAtMs = deps.nowMs();

  async function send(method: string, path: string, options: RequestOptions & { key?: string }) {
    const headers = headersOf(options, method === 'GET' ? '' : csrfToken);
    const limit = deadline(options.signal, options.timeoutMs ?? TIMEOUT_MS);
    try {
      const response = await deps.fetch(buildUrl(path, options.query), {
        method,
        headers,
        credentials: 'same-origin',
        cache: options.isRevalidated ? 'no-cache' : 'no-store',
        signal: limit.signal,
        ...(options.body === undefined ? {} : { body: bodyOf(options.body) }),
      });
      const isFile = options.isBlob === true && response.ok;
      const body = isFile ? await response.blob() : await readBody(response);
      if (!options.isBackground) lastAtMs = deps.nowMs();
      if (response.ok) return body;
      throw parseProblem(response.status, body);
    } catch (thrown) {
      if (thrown instanceof ApiError || options.signal?.aborted) throw thrown;
      const code = limit.isTimedOut() ? 'timeout' : 'network';
      throw new ApiError({ code, status: 0, message: code });
    } finally {
      limit.clear();
    }
  }

  async function request<T>(method: string, path: string, options: RequestOptions & { key?: string } = {}) {
    try {
      return (await send(method, path, options)) as T;
    } catch (thrown) {
      const isAsked = thrown instanceof ApiError && thrown.code === 'session.proof_needed';
      if (isAsked && (await deps.onProofNeeded?.())) return (await send(method, path, options)) as T;
      if (thrown instanceof ApiError && isSessionGone(thrown)) deps.onSignedOut();
      throw thrown;
    }
  }

  async function create<T>(path: string, options: RequestOptions = {}): Promise<T> {
    const key = createUuid();
    for (let attempt = 1; ; attempt++) {
      try {
        return await request<T>('POST', path, { ...options, key });
      } catch (thrown) {
        const isRetried = thrown instanceof ApiError && RETRIED_STATUS.has(thrown.status);
        if (!isRetried || attempt >= CREATE_ATTEMPTS_MAX) throw thrown;
        await deps.sleep(CREATE_RETRY_MS * attempt);
      }
    }
  }

  return {
    get: (path, options) => request('GET', path, options),
    post: (path, options) => request('POST', path, options),
    create,
    put: (path, options) => request('PUT', path, options),
    patch: (path, options) => request('PATCH', path, options),
    delete: (path, options) => request('DELETE', path, options),
    setCsrfToken(token) {
      csrfToken = token;
    },
    noteActivity() {
      lastAtMs = deps.nowMs();
    },
    lastRequestAtMs: () => lastAtMs,
  };
}
