import type { Request, Response, Router } from 'express';
import type { AuditDraft } from '../../../audit/index.ts';
import { AppError, scopeOf, SYSTEM_ACTOR, type Actor, type Clock } from '../../kernel/index.ts';
import type { AuditEmitter, Tx, UnitContext, UnitOfWork } from '../persistence/index.ts';
import { assertCleanValue, parseJson, readBody, readForm, readStream } from './body.ts';
import { isLoopback } from './client-address.ts';
import { authenticate, isSameSecret, readCredentials } from './credentials.ts';
import { exchangeOf, rawHeaderValues } from './exchange.ts';
import { createIdempotency, parseIdempotencyKey, type Answer, type Idempotency } from './idempotency.ts';
import type { AnswerSeal, Authenticator, HttpConfig, HttpLog, Principal } from './ports.ts';
import { certificateNameOf } from './client-certificate.ts';
import { createRateLimiter, type RateLimiter } from './rate-limit.ts';
import { Refusal, type AnyRoute, type RequestContext, type RouteInput } from './route.ts';
import { createSchemaCompiler, type RouteValidators } from './schemas.ts';
import { isUnsafe } from './security.ts';
import { Rendered, sendRendered } from './rendered.ts';
import { endWith, sendStreamed, Streamed } from './streamed.ts';
import { toAppError } from './problem.ts';

/** What mounting needs. */
export interface MountDeps {
  config: HttpConfig;
  log: HttpLog;
  clock: Clock;
  uow: UnitOfWork;
  /** Keeps the entries of refused acts, even while the database is away. */
  audit?: Pick<AuditEmitter, 'emit'>;
  authenticators: readonly Authenticator[];
  /** Whether the part of the product a path belongs to is switched off; nothing is when absent. */
  isOff?: ((path: string) => boolean) | undefined;
  answerSeal: AnswerSeal;
}

/** A route made ready: its schemas compiled, its own limiter built. */
interface Mounted {
  route: AnyRoute;
  validators: RouteValidators;
  limiter: RateLimiter | undefined;
}

type AnyInput = RouteInput<unknown, unknown, unknown, unknown>;

const ACCOUNT_LIMITS = { perSecond: 50, burst: 200 };
const VERSION_PATTERN = /^(?:"(\d{1,15})"|(\d{1,15}))$/;
const EMPTY = Buffer.alloc(0);

/** Puts the route table on a router: each route, then 405 for the other methods of its path. */
export function mountRoutes(router: Router, routes: readonly AnyRoute[], deps: MountDeps): void {
  const compile = createSchemaCompiler();
  const accountLimiter = createRateLimiter({ clock: deps.clock, ...(deps.config.limits ?? ACCOUNT_LIMITS) });
  const idempotency = createIdempotency({ uow: deps.uow, seal: deps.answerSeal, clock: deps.clock });
  const methodsByPath = new Map<string, string[]>();
  for (const route of routes) {
    const methods = methodsByPath.get(route.path) ?? [];
    if (methods.includes(route.method)) throw new Error(`${route.method} ${route.path} is declared twice.`);
    methodsByPath.set(route.path, [...methods, route.method]);
    const mounted: Mounted = { route, validators: compile(route), limiter: limiterOf(route, deps) };
    const method = route.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
    router[method](route.path, async (request, response) => {
      await serve({ mounted, deps, idempotency, accountLimiter }, request, response);
    });
  }
  for (const [path, methods] of methodsByPath) {
    router.all(path, (_request, response) => {
      exchangeOf(response).route = path;
      response.setHeader(
        'Allow',
        methods.includes('GET') ? [...methods, 'HEAD'].join(', ') : methods.join(', '),
      );
      throw new AppError('request.method_not_allowed');
    });
  }
}

function limiterOf(route: AnyRoute, deps: MountDeps): RateLimiter | undefined {
  if (route.limit === undefined) return undefined;
  const perSecond = (route.limit.max / route.limit.perMs) * 1000;
  return createRateLimiter({ clock: deps.clock, perSecond, burst: route.limit.max });
}

interface Serving {
  mounted: Mounted;
  deps: MountDeps;
  idempotency: Idempotency;
  accountLimiter: RateLimiter;
}

/** Reads from top to bottom what happens to every request. */
async function serve(serving: Serving, request: Request, response: Response): Promise<void> {
  const { mounted, deps } = serving;
  const { route } = mounted;
  const exchange = exchangeOf(response);
  exchange.route = route.path;
  if (route.answerForm !== undefined) exchange.answerForm = route.answerForm;
  const isLimited = deps.config.isLoopbackLimited || !isLoopback(exchange.ip);
  if (deps.isOff?.(route.path) === true) throw new AppError('module.off');
  const countFailure = limitRoute(mounted, isLimited ? exchange.ip : undefined);
  try {
    const principal = await admit(serving, request, response);
    if (principal !== undefined && isLimited) waitIf(serving.accountLimiter.take(principal.actor.id));
    const context = contextOf({ request, response, route }, principal);
    const isJson = route.method !== 'GET' && route.rawBody === undefined && route.form === undefined;
    const bytes = isJson ? await readBody(request) : EMPTY;
    const form = route.form && { form: await readForm(request, route.form.bytesMax) };
    const input = readInput(mounted, request, form ?? (bytes.length === 0 ? {} : parseJson(bytes)));
    if (route.prepare !== undefined) {
      const stream = readStream(request, route.rawBody?.bytesMax ?? 0);
      input.prepared = await route.prepare(input as RouteInput<unknown, unknown, unknown>, context, stream);
    }
    const answer = await answerOnce(serving, { request, bytes, input, context });
    if (answer instanceof Streamed) await sendStreamed(response, answer.content, deps.config.readers);
    else if (answer instanceof Rendered) sendRendered(response, answer.content);
    else send(response, answer, deps.config.readers);
  } catch (error) {
    countFailure();
    throw error;
  }
}

function waitIf(retryAfterSeconds: number): void {
  if (retryAfterSeconds > 0) throw new AppError('request.rate_limited', { details: { retryAfterSeconds } });
}

/** Applies the route's own limit; gives what to call when the request fails. */
function limitRoute({ route, limiter }: Mounted, ip: string | undefined): () => void {
  if (limiter === undefined || ip === undefined) return () => undefined;
  if (route.limit?.counts === 'all') {
    waitIf(limiter.take(ip));
    return () => undefined;
  }
  waitIf(limiter.peek(ip));
  return () => void limiter.take(ip);
}

/** Who sends it, whether that one may, and whether a browser was tricked into sending it. Refuses by default. */
async function admit(serving: Serving, request: Request, response: Response): Promise<Principal | undefined> {
  const { mounted, deps } = serving;
  const { route } = mounted;
  const exchange = exchangeOf(response);
  if (route.permission === 'public') {
    const { blockedSeconds: retryAfterSeconds } = exchange;
    if (retryAfterSeconds === undefined) return undefined;
    throw new AppError('request.address_blocked', { details: { retryAfterSeconds } });
  }
  const credentials = readCredentials(request, exchange.ip);
  const principal = await authenticate(deps.authenticators, credentials);
  if (principal === undefined || (route.permission === 'visitor') !== (principal.visitor !== undefined)) {
    if (route.permission === 'visitor') throw new AppError('visitor.token_invalid');
    const code = credentials.cookie === undefined ? 'access.unauthenticated' : 'session.expired';
    throw new AppError(code, deps.config.isEvaluation ? { details: { evaluation: true } } : {});
  }
  exchange.principal = principal;
  if (principal.session !== undefined && isUnsafe(request.method)) {
    const sent = request.headers['x-csrf-token'];
    if (typeof sent !== 'string' || !isSameSecret(sent, principal.session.csrfToken))
      throw new AppError('access.csrf');
  }
  if (principal.restriction !== undefined && route.isOpenWhenRestricted !== true) {
    throw new AppError(principal.restriction);
  }
  if (route.needsProof === true && principal.session?.isProven === false) {
    throw new AppError('session.proof_needed');
  }
  const isOpen = route.permission === 'signed-in' || route.permission === 'visitor';
  const isReadOnly = principal.readOnly?.has(route.permission) === true && isUnsafe(request.method);
  if (!isOpen && (isReadOnly || !principal.permissions.has(route.permission))) {
    await recordRefusal(
      deps,
      unitContext(route, exchange.requestId, principal),
      new AppError('access.refused'),
    );
    throw new AppError('access.refused');
  }
  return principal;
}

function unitContext(route: AnyRoute, requestId: string, principal: Principal | undefined): UnitContext {
  return { actor: principal?.actor ?? SYSTEM_ACTOR, requestId, route: `${route.method} ${route.path}` };
}

/** An entry of an act that changed nothing, in a unit of its own. */
function keepEntry({ audit, uow }: MountDeps, context: UnitContext, draft: AuditDraft): Promise<void> {
  return audit?.emit(context, draft) ?? uow.run(context, async (tx) => tx.record(draft));
}

/** A refused act stands in the trail like a done one. */
async function recordRefusal(deps: MountDeps, context: UnitContext, error: AppError): Promise<void> {
  const details = context.route === undefined ? {} : { details: { route: context.route } };
  await keepEntry(deps, context, {
    ...{ action: 'access.refuse', outcome: 'refused', reason: error.code },
    ...details,
  });
}

function contextOf(
  { request, response, route }: { request: Request; response: Response; route: AnyRoute },
  principal: Principal | undefined,
): RequestContext {
  const { requestId, ip } = exchangeOf(response);
  const certificateName = certificateNameOf(request.socket);
  const context: RequestContext = {
    actor: principal === undefined ? { ...SYSTEM_ACTOR, ip } : scopedActor(principal, route.permission),
    scopeFor: (...permissions) => principal?.scopeFor?.(...permissions) ?? scopeOf(context.actor),
    actAs: (actor) => {
      context.actor = actor;
    },
    requestId,
    ip,
    ...(certificateName === undefined ? {} : { certificateName }),
    lang: request.acceptsLanguages('zh-CN', 'zh', 'en') === 'en' ? 'en' : 'zh-CN',
    permissions: principal?.permissions ?? new Set(),
    ...(principal?.session === undefined ? {} : { session: principal.session }),
    ...(principal?.visitor === undefined ? {} : { visitor: principal.visitor }),
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 256),
    header(name) {
      const values = rawHeaderValues(request, name);
      return values.length === 1 ? values[0] : undefined;
    },
    setHeader: (name, value) => void response.setHeader(name, value),
  };
  return context;
}

/** The actor with what the route's permission reaches, so that a handler cannot take a wider scope by accident. */
function scopedActor({ actor, scopeFor }: Principal, permission: string): Actor {
  return scopeFor === undefined ? actor : { ...actor, scope: scopeFor(permission) };
}

function readInput({ route, validators }: Mounted, request: Request, body: unknown): AnyInput {
  const params: unknown = { ...request.params };
  const query: unknown = route.rawQuery === true ? { raw: rawQueryOf(request) } : { ...request.query };
  assertCleanValue(params);
  assertCleanValue(query);
  validators.params(params);
  validators.query(query);
  validators.body(body);
  return { params, query, body, version: readVersion(route, request), prepared: undefined };
}

function rawQueryOf({ originalUrl }: Request): string {
  const start = originalUrl.indexOf('?');
  return start === -1 ? '' : originalUrl.slice(start + 1);
}

/** The version in If-Match; weak tags, lists and `*` say nothing about which version was read. */
function readVersion(route: AnyRoute, request: Request): number {
  if (route.ifMatch !== true) return 0;
  const value = request.headers['if-match'];
  if (value === undefined) throw new AppError('request.if_match_required');
  const match = VERSION_PATTERN.exec(value);
  if (match === null) throw new AppError('request.invalid', { details: { header: 'If-Match' } });
  return Number(match[1] ?? match[2]);
}

interface Call {
  request: Request;
  bytes: Buffer;
  input: AnyInput;
  context: RequestContext;
}

/** One unit of work for the request; with an Idempotency-Key, at most one for the key. */
async function answerOnce(serving: Serving, call: Call): Promise<Answer | Streamed | Rendered> {
  const { route } = serving.mounted;
  const key = call.request.headers['idempotency-key'];
  if (route.idempotent !== true || typeof key !== 'string' || call.context.actor.type === 'system') {
    return runUnit(serving, call);
  }
  const request = {
    actorId: call.context.actor.id,
    route: `${route.method} ${call.request.path}`,
    key: parseIdempotencyKey(key),
    body: call.bytes,
  };
  return serving.idempotency.once(request, async (keep) => {
    const answer = await runUnit(serving, call, keep);
    if (answer instanceof Streamed || answer instanceof Rendered) {
      throw new Error('An answer that is no JSON cannot be kept for a repetition.');
    }
    return answer;
  });
}

async function runUnit(
  { mounted, deps }: Serving,
  { input, context }: Call,
  keep?: (tx: Tx, answer: Answer) => Promise<void>,
): Promise<Answer | Streamed | Rendered> {
  const { route } = mounted;
  const unit: UnitContext = {
    actor: context.actor,
    requestId: context.requestId,
    route: `${route.method} ${route.path}`,
  };
  let outcome: Answer | Streamed | Rendered | Refusal;
  try {
    outcome = await deps.uow.run(unit, async (tx) => {
      const result = await route.handler(tx, input, context);
      if (result instanceof Refusal) return result;
      recordDefault(route, tx, input);
      if (result instanceof Streamed || result instanceof Rendered) return result;
      const answer = present(mounted, deps, result);
      await keep?.(tx, answer);
      return answer;
    });
  } catch (thrown) {
    const error = toAppError(thrown);
    if (isWorthAnEntry(route, error)) await recordFailure(deps, unit, { route, error, input });
    throw thrown;
  }
  if (outcome instanceof Refusal) throw outcome.error;
  return outcome;
}

/** The table's own entry for routes that recorded nothing more precise. */
function recordDefault(route: AnyRoute, tx: Tx, input: AnyInput): void {
  if (typeof route.audit !== 'string' || tx.recordCount > 0) return;
  tx.record({ action: route.audit, outcome: 'ok', ...targetOf(route.audit, input) });
}

function targetOf(action: string, input: AnyInput): { target?: { type: string; id: string } } {
  const id = (input.params as { id?: unknown }).id;
  return typeof id === 'string' ? { target: { type: action.split('.')[0] ?? 'object', id } } : {};
}

/** Acts that a rule refused or that failed on the way; typing errors and stale versions are no acts. */
function isWorthAnEntry(route: AnyRoute, error: AppError): boolean {
  if (typeof route.audit !== 'string' || error.code.startsWith('audit.')) return false;
  const isRefused =
    error.status === 403 || error.status === 409 || error.status === 422 || error.status === 423;
  return isRefused || (error.code === 'request.not_found' && isUnsafe(route.method));
}

async function recordFailure(
  deps: MountDeps,
  unit: UnitContext,
  failure: { route: AnyRoute; error: AppError; input: AnyInput },
): Promise<void> {
  const { audit } = failure.route;
  if (typeof audit !== 'string') return;
  await keepEntry(deps, unit, {
    action: audit,
    outcome: 'refused',
    reason: failure.error.code,
    ...targetOf(audit, failure.input),
  });
}

function present({ route, validators }: Mounted, deps: MountDeps, result: unknown): Answer {
  const status = route.status ?? 200;
  if (status === 204) return { status, text: '' };
  if (deps.config.areResponsesChecked === true) {
    const problem = validators.response(JSON.parse(JSON.stringify(result)));
    if (problem !== undefined)
      throw new Error(`${route.method} ${route.path} answers against its schema: ${problem}`);
  }
  return { status, text: JSON.stringify(result) };
}

function send(response: Response, answer: Answer, readers: HttpConfig['readers']): void {
  const tag = response.getHeader('ETag');
  if (tag !== undefined && response.req.headers['if-none-match'] === tag) {
    response.status(304).end();
    return;
  }
  response.status(answer.status);
  if (answer.isReplayed === true) response.setHeader('Idempotency-Replayed', 'true');
  if (answer.text === '') {
    response.end();
    return;
  }
  const { mediaType = 'application/json' } = exchangeOf(response).answerForm ?? {};
  response.setHeader('Content-Type', `${mediaType}; charset=utf-8`);
  const bytes = Buffer.from(answer.text);
  response.setHeader('Content-Length', bytes.length);
  if (response.req.method === 'HEAD') response.end();
  else endWith(response, bytes, readers);
}
