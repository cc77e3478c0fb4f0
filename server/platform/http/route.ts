import {
  AppError,
  type Actor,
  type DataScope,
  type ErrorCode,
  type ErrorDetails,
} from '../../kernel/index.ts';
import type { AuditAction } from '../../../audit/index.ts';
import type { Tx } from '../persistence/index.ts';
import type { AnswerForm } from './exchange.ts';

/** JSON Schema (draft 2020-12 subset that ajv compiles in strict mode). Objects refuse unknown properties. */
export type Schema = Readonly<Record<string, unknown>>;

/** What a handler knows of the request besides its validated input. */
export interface RequestContext {
  actor: Actor;
  requestId: string;
  /** Client address: the socket's, or the one a listed proxy names. */
  ip: string;
  /** Common name of the client certificate that opened the connection, where the listener asks for one. */
  certificateName?: string;
  lang: 'zh-CN' | 'en';
  /** Permissions of the actor; mount has already checked the route's own. */
  permissions: ReadonlySet<string>;
  /** What of the organisation any of these permissions reaches, the widest of them. `actor.scope` is the scope of the route's own permission. */
  scopeFor(...permissions: string[]): DataScope;
  /** Present for signed-in accounts. */
  session?: { id: string; csrfToken: string };
  /** Present for visitors (`permission: 'visitor'`). */
  visitor?: { conversationId: string; requesterId: string; siteId: string };
  userAgent: string;
  /** Names who acts, when the route itself finds out (sign-in); call it in `prepare`, before the unit opens. */
  actAs(actor: Actor): void;
  /** A request header by its lower-case name; undefined when absent or sent more than once. */
  header(name: string): string | undefined;
  /** Sets a header of the answer; for `Set-Cookie` and the like. */
  setHeader(name: string, value: string): void;
}

/** The validated parts of a request. */
export interface RouteInput<P, Q, B, N = undefined> {
  params: P;
  query: Q;
  body: B;
  /** The If-Match value of routes with `ifMatch`; 0 otherwise. */
  version: number;
  /** What `prepare` gave; undefined for routes without it. */
  prepared: N;
}

/** At most `max` requests in `perMs` from one address; `failures` counts only the answers from 400 on. */
export interface RouteLimit {
  max: number;
  perMs: number;
  counts: 'all' | 'failures';
}

/**
 * One row of the route table: everything an auditor asks of a route, as data. `mount` checks the permission and the
 * schemas, opens one unit of work, and records `audit` when the handler recorded nothing itself.
 */
export interface Route<P = unknown, Q = unknown, B = unknown, N = unknown> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Express path under the root: `/api/v1/tickets/:id`. */
  path: string;
  /** One sentence for the API description. */
  summary: string;
  /** A permission of identity, or: `public` (nobody need sign in), `signed-in`, `visitor` (visitor token). */
  permission: string;
  /** Audit action, or the reason why this route touches nothing worth an entry. */
  audit: AuditAction | { none: string };
  params?: Schema;
  query?: Schema;
  body?: Schema;
  /** The body is not JSON but `application/octet-stream` of at most this many bytes, read by `prepare`. */
  rawBody?: { bytesMax: number };
  /** The body is a form of at most this many bytes, handed over unparsed as `{ form }`. */
  form?: { bytesMax: number };
  /** The query is handed over unparsed as `{ raw }`, for signatures over its very bytes. */
  rawQuery?: boolean;
  /** Pages of other origins may send it: forms of an identity provider, which are signed instead. */
  isCrossSite?: boolean;
  response: Schema;
  /** Answers and errors in the form of a standard instead of ours. */
  answerForm?: AnswerForm;
  /** The handler answers with a `Streamed` content instead of JSON; its media type for the description. */
  streams?: string;
  /** Status of success; 200 unless set. 204 has no body. */
  status?: 200 | 201 | 202 | 204;
  /** The caller must send If-Match with the version it read. */
  ifMatch?: boolean;
  /** Honour Idempotency-Key: same key and body, same answer, one effect, kept for 24 hours. */
  idempotent?: boolean;
  /** A limit of this route's own, besides the general ones. */
  limit?: RouteLimit;
  /** A dangerous act: the person behind the session has to have shown lately who it is. Programs' tokens pass. */
  needsProof?: boolean;
  /** Open to a session whose password must be changed first. */
  isOpenWhenRestricted?: boolean;
  /** Error codes this route answers besides the general ones. */
  errors?: readonly ErrorCode[];
  /** Not part of the described API (health, metrics). */
  isInternal?: boolean;
  /**
   * Runs before the unit of work opens: waiting, heavy arithmetic, calls to the outside. Its result is
   * `input.prepared`. It writes nothing, but for the bytes of a `rawBody`, which mean nothing before `handler` commits.
   */
  prepare?(
    input: RouteInput<P, Q, B>,
    context: RequestContext,
    /** The bytes of a `rawBody` as they arrive. */
    stream: AsyncIterable<Buffer>,
  ): Promise<N>;
  /** The use case, inside one unit of work. Its value is the body of the answer, or a `Rendered` page; `refuse()` commits and refuses. */
  handler(tx: Tx, input: RouteInput<P, Q, B, N>, context: RequestContext): Promise<unknown>;
}

/** A route with its input types forgotten, as the table holds it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the table mixes routes of all input types
export type AnyRoute = Route<any, any, any, any>;

/** Declares a route and keeps its input types for the handler. */
export function defineRoute<
  P = Record<string, never>,
  Q = Record<string, never>,
  B = Record<string, never>,
  N = undefined,
>(route: Route<P, Q, B, N>): AnyRoute {
  return route;
}

/** A refusal that commits: what the unit recorded stays, and the caller gets the error. */
export class Refusal {
  readonly error: AppError;
  constructor(error: AppError) {
    this.error = error;
  }
}

/** Makes a handler's answer a refusal without rolling its unit of work back (counting a failed sign-in). */
export function refuse(code: ErrorCode, details?: ErrorDetails): Refusal {
  return new Refusal(new AppError(code, details === undefined ? {} : { details }));
}
