import type { Actor, Clock, DataScope, Ids } from '../kernel/index.ts';
import { randomToken, sha256 } from '../platform/crypto/index.ts';
import {
  SESSION_COOKIE,
  type Authenticator,
  type Principal,
  type RequestContext,
} from '../platform/http/index.ts';
import type { Bus } from '../platform/bus/index.ts';
import type { Statement, Tx, UnitOfWork } from '../platform/persistence/index.ts';
import { findAccount, permissionsOfAccount, type Account } from './account.repo.ts';
import { ACCOUNT_RULES, idleLimitMs, mustChangePassword } from './account.rules.ts';
import { scopeForPermissions, widestScope } from './organisation/scope.rules.ts';
import { takesWork } from './roles/role.rules.ts';
import {
  findSession,
  findSessionById,
  insertSession,
  SESSION_TOUCH,
  type SessionRow,
} from './session.repo.ts';

/**
 * Writes that move a clock and change no business state, outside units of work and without an audit entry (last use of
 * a session or token). Losing one harms nobody.
 */
export interface Bookkeeping {
  run<P>(statement: Statement<P, never>, params: P): Promise<number>;
}

/** What sessions need. */
export interface SessionDeps {
  uow: UnitOfWork;
  bookkeeping: Bookkeeping;
  clock: Clock;
  ids: Ids;
  /** Tells the other processes on the database; absent where there is one process alone. */
  bus?: Pick<Bus, 'publish' | 'subscribe' | 'onGap'> | undefined;
  onFault(error: unknown): void;
}

/** Whose sessions ended or have other rights: one session, or all of an account, a unit, or the holders of a role. */
export type Meant = { sessionId: string } | { accountId: string } | { unitId: string } | { role: string };

/** Topic of the bus: sessions that ended or have other rights, each id as `session:ID`, `account:ID`, `unit:ID`, `role:NAME`. */
export const SESSIONS_CHANGED = 'identity.sessions';

/** A live session and whose it is. */
export interface LiveSession {
  row: SessionRow;
  account: Account;
  csrfToken: string;
  idleMs: number;
}

/** Who opened a session: an identity provider and whom it named, or nobody for local sign-in. */
export interface SessionOrigin {
  idpId: string | null;
  nameId: string | null;
  nameIdFormat: string | null;
  sessionIndex: string | null;
  /** When the session at the identity provider ends. */
  endsAt?: Date | undefined;
  /** When the person showed every factor there; null while the second one is missing. Now, unless said. */
  provenAt?: Date | null;
  /** The account's sessions until now, the newest first, where the unit of work has read them already. */
  older?: readonly SessionRow[] | undefined;
}

const LOCAL: SessionOrigin = { idpId: null, nameId: null, nameIdFormat: null, sessionIndex: null };

interface Cached {
  live: LiveSession;
  checkedAtMs: number;
  lastSeenMs: number;
  savedSeenMs: number;
}

const COOKIE_BYTES = 32;
/** A session ended elsewhere is still taken here for that long. */
const CACHE_MS = 5_000;
const CACHE_MAX = 20_000;
/** The last use is written at most once in this time per session and process. */
const SAVE_SEEN_MS = 60_000;
const COOKIE_ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** The CSRF token of a cookie: derived, so that it needs no column, and one-way, so that it does not give the cookie. */
export function csrfTokenOf(cookie: string): string {
  return sha256(`csrf\n${cookie}`).toString('base64url');
}

/** Who an account is in the trail and to others. */
export function actorOf(account: Account, rest: { sessionId?: string; ip?: string } = {}): Actor {
  const { id, displayName: name, roles, unitId } = account;
  return { type: 'account', id, name, roles, unitId, scope: widestScope(account), ...rest };
}

/** What of the organisation each permission of an account reaches. */
export function scopesOf(account: Account): (...permissions: string[]) => DataScope {
  return (...permissions) =>
    permissions.includes('signed-in') ? widestScope(account) : scopeForPermissions(account, permissions);
}

/** Sessions of people: 256-bit cookies, hashed at rest, idle and absolute limits, looked up every five seconds. */
export class SessionService {
  readonly #deps: SessionDeps;
  readonly #cache = new Map<string, Cached>();
  readonly #watches = new Map<() => void, LiveSession>();

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    deps.bus?.subscribe(SESSIONS_CHANGED, (ids) => this.#forget(ids));
    deps.bus?.onGap(() => this.#recheckAll());
  }

  /** Signs a request in by its cookie. */
  readonly authenticate: Authenticator = async (credentials) => {
    if (credentials.cookie === undefined) return undefined;
    const live = await this.find(credentials.cookie, credentials.isBackground !== true);
    if (live === undefined) return undefined;
    return this.#principalOf(live, credentials.ip);
  };

  #principalOf(live: LiveSession, ip: string): Principal {
    const { account, row, csrfToken } = live;
    const principal: Principal = {
      actor: actorOf(account, { sessionId: row.id, ip }),
      permissions: permissionsOfAccount(account),
      scopeFor: scopesOf(account),
      session: { id: row.id, csrfToken, isProven: isProven(row, this.#deps.clock.now()) },
    };
    const restriction = this.#restrictionOf(live);
    return restriction === undefined ? principal : { ...principal, restriction };
  }

  /** What has to be done before anything else: the second factor, then a new password. */
  #restrictionOf({ account, row }: LiveSession): Principal['restriction'] {
    if (row.provenAt === null) return 'session.second_factor';
    return mustChangePassword(account, this.#deps.clock.now()) ? 'session.password_expired' : undefined;
  }

  /** Whether something has to be done before anything else. */
  isRestricted(live: LiveSession): boolean {
    return this.#restrictionOf(live) !== undefined;
  }

  /** The live session of a cookie. `isUse` starts its idle time again. */
  async find(cookie: string, isUse: boolean): Promise<LiveSession | undefined> {
    const tokenHash = sha256(cookie);
    const key = tokenHash.toString('hex');
    const nowMs = this.#deps.clock.now().getTime();
    let cached = this.#cache.get(key);
    if (cached === undefined || Math.abs(nowMs - cached.checkedAtMs) > CACHE_MS) {
      cached = await this.#load(tokenHash, cookie, cached);
    }
    if (cached === undefined || !isLive(cached, nowMs)) {
      this.#cache.delete(key);
      return undefined;
    }
    this.#cache.set(key, cached);
    if (this.#cache.size > CACHE_MAX) this.#cache.delete(this.#cache.keys().next().value as string);
    if (isUse) this.#use(cached, nowMs);
    return cached.live;
  }

  async #load(tokenHash: Buffer, cookie: string, before: Cached | undefined): Promise<Cached | undefined> {
    const found = await this.#deps.uow.read(async (db) => {
      const row = await findSession(db, tokenHash);
      if (row === undefined) return undefined;
      const account = await findAccount(db, row.accountId);
      return account === undefined ? undefined : { row, account };
    });
    if (found === undefined || found.account.state !== 'active') return undefined;
    const savedSeenMs = found.row.lastSeenAt.getTime();
    return {
      live: {
        ...found,
        csrfToken: csrfTokenOf(cookie),
        idleMs: idleLimitMs(takesWork(found.account.roles, found.account.composed)),
      },
      checkedAtMs: this.#deps.clock.now().getTime(),
      lastSeenMs: Math.max(savedSeenMs, before?.lastSeenMs ?? 0),
      savedSeenMs,
    };
  }

  #use(cached: Cached, nowMs: number): void {
    cached.lastSeenMs = nowMs;
    if (nowMs - cached.savedSeenMs < SAVE_SEEN_MS) return;
    cached.savedSeenMs = nowMs;
    const whereId = cached.live.row.id;
    this.#deps.bookkeeping
      .run(SESSION_TOUCH, { lastSeenAt: new Date(nowMs), whereId })
      .catch((error: unknown) => this.#deps.onFault(error));
  }

  /** Whether a session still lives; for sockets, which ask every minute. */
  async isAlive(sessionId: string): Promise<boolean> {
    for (const [key, cached] of this.#cache) {
      if (cached.live.row.id !== sessionId) continue;
      const fresh = await this.#load(Buffer.from(key, 'hex'), '', cached);
      return fresh !== undefined && isLive(fresh, this.#deps.clock.now().getTime());
    }
    return false;
  }

  /** A person did something on a socket: the idle time starts again. */
  touch(sessionId: string): void {
    for (const cached of this.#cache.values()) {
      if (cached.live.row.id === sessionId) this.#use(cached, this.#deps.clock.now().getTime());
    }
  }

  /**
   * Starts a session, ends the account's oldest beyond three, and sets the cookie. One that an identity provider opened
   * does not outlive the one there.
   */
  async open(
    tx: Tx,
    account: Account,
    context: Pick<RequestContext, 'setHeader'>,
    origin: SessionOrigin = LOCAL,
  ): Promise<LiveSession> {
    const cookie = randomToken(COOKIE_BYTES);
    const now = this.#deps.clock.now();
    const row: SessionRow = {
      id: this.#deps.ids.next(),
      tokenHash: sha256(cookie),
      accountId: account.id,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: new Date(
        Math.min(now.getTime() + ACCOUNT_RULES.sessionMs, origin.endsAt?.getTime() ?? Number.MAX_VALUE),
      ),
      ...{ idpId: origin.idpId, nameId: origin.nameId },
      ...{ nameIdFormat: origin.nameIdFormat, sessionIndex: origin.sessionIndex },
      provenAt: origin.provenAt === undefined ? now : origin.provenAt,
    };
    const { older } = origin;
    const ended = await insertSession(tx, row, { sessionsMax: ACCOUNT_RULES.sessionsPerAccountMax, older });
    for (const sessionId of ended) this.forgetAfter(tx, { sessionId });
    // A session cookie without an age: it leaves with the browser, and the server ends it anyway.
    context.setHeader('Set-Cookie', `${SESSION_COOKIE}=${cookie}; ${COOKIE_ATTRIBUTES}`);
    return this.describe(row, account, csrfTokenOf(cookie));
  }

  /** A session as it is shown to its owner. */
  describe(row: SessionRow, account: Account, csrfToken: string): LiveSession {
    return { row, account, csrfToken, idleMs: idleLimitMs(takesWork(account.roles, account.composed)) };
  }

  /** Takes the cookie back. */
  clearCookie(context: RequestContext): void {
    context.setHeader('Set-Cookie', `${SESSION_COOKIE}=; Max-Age=0; ${COOKIE_ATTRIBUTES}`);
  }

  /**
   * Forgets cached sessions once the unit has committed, here and in every other process, so that what ended is refused
   * at once, and tells those who hold one open: their sockets close.
   */
  forgetAfter(tx: Tx, meant: Meant): void {
    const [kind, id] = Object.entries(meant)[0] as [string, string];
    const name = `${kind.replace(/Id$/, '')}:${id}`;
    const { bus } = this.#deps;
    // The bus tells its own process as well.
    if (bus === undefined) tx.afterCommit(() => this.#forget([name]));
    else bus.publish(tx, SESSIONS_CHANGED, [name]);
  }

  #forget(ids: readonly string[]): void {
    const names = new Set(ids);
    const isMeant = ({ row, account }: LiveSession) =>
      names.has(`session:${row.id}`) ||
      names.has(`account:${account.id}`) ||
      names.has(`unit:${account.unitId}`) ||
      account.roles.some((role) => names.has(`role:${role}`));
    for (const [key, cached] of this.#cache) if (isMeant(cached.live)) this.#cache.delete(key);
    for (const [watch, live] of this.#watches) if (isMeant(live)) watch();
  }

  /** What others said may have been missed: everything cached is looked up again, and ended sessions are told. */
  #recheckAll(): void {
    for (const cached of this.#cache.values()) cached.checkedAtMs = Number.NEGATIVE_INFINITY;
    for (const [watch, live] of this.#watches) {
      this.#deps.uow
        .read((db) => findSessionById(db, live.row.id))
        .then((row) => (row === undefined ? watch() : undefined))
        .catch((error: unknown) => this.#deps.onFault(error));
    }
  }

  /** Calls `watch` when this session is forgotten: it ended, or the account has other rights. Gives back how to stop. */
  watch(live: LiveSession, watch: () => void): () => void {
    const own = () => watch();
    this.#watches.set(own, live);
    return () => void this.#watches.delete(own);
  }
}

/** Whether the person behind a session was asked lately enough for a dangerous act. */
function isProven({ provenAt }: SessionRow, now: Date): boolean {
  return provenAt !== null && now.getTime() - provenAt.getTime() <= ACCOUNT_RULES.provenMs;
}

function isLive({ live, lastSeenMs }: Cached, nowMs: number): boolean {
  return live.row.expiresAt.getTime() > nowMs && nowMs - lastSeenMs <= live.idleMs;
}
