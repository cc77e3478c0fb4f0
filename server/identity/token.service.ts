import { AppError, type Clock, type Ids } from '../kernel/index.ts';
import { randomToken, sha256 } from '../platform/crypto/index.ts';
import {
  createNetworkList,
  createRateLimiter,
  type Authenticator,
  type NetworkList,
  type RateLimiter,
} from '../platform/http/index.ts';
import type { Tx, UnitOfWork } from '../platform/persistence/index.ts';
import { rightsOfScopes, TOKEN_SCOPES, type TokenScope } from './permissions.ts';
import type { Bookkeeping } from './session.service.ts';
import {
  findToken,
  findTokenById,
  insertToken,
  revokeToken,
  rotateToken,
  TOKEN_TOUCH,
  type TokenRow,
} from './token.repo.ts';

/** First letters of every token, so that scanners find one that leaked. */
const TOKEN_PREFIX = 'vdt_';
const TOKEN_BYTES = 32;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const REFUSAL_EVERY_MS = 60_000;
/** A token revoked elsewhere is still taken here for that long. */
const CACHE_MS = 5_000;
const CACHE_MAX = 10_000;
const SAVE_USED_MS = 600_000;

/** What tokens need. */
export interface TokenDeps {
  uow: UnitOfWork;
  bookkeeping: Bookkeeping;
  clock: Clock;
  ids: Ids;
  onFault(error: unknown): void;
}

/** What a token is made of. */
export interface TokenInput {
  name: string;
  scopes: readonly TokenScope[];
  /** 1 to 365. */
  expiresInDays: number;
  /** Addresses and networks it may be used from; absent: all. */
  networks?: readonly string[];
  /** Requests a second, twice as many at once; absent: the limit of all accounts. */
  perSecond?: number;
}

/** Text of a token with what it belongs to; given once. */
export interface TokenText {
  id: string;
  name: string;
  token: string;
}

interface Cached {
  row: TokenRow;
  isNear: NetworkList;
  checkedAtMs: number;
}

/** The scopes of a row; an unknown one gives no right. */
export function scopesOf(row: Pick<TokenRow, 'scopes'>): TokenScope[] {
  return row.scopes
    .split(',')
    .filter((scope): scope is TokenScope => (TOKEN_SCOPES as readonly string[]).includes(scope));
}

/** Tokens of programs. */
export class TokenService {
  readonly #deps: TokenDeps;
  readonly #cache = new Map<string, Cached>();
  readonly #limiters = new Map<string, RateLimiter>();
  readonly #refusedAtMs = new Map<string, number>();

  constructor(deps: TokenDeps) {
    this.#deps = deps;
  }

  /** Signs a program in by its bearer token; throws `request.rate_limited` over the token's own limit. */
  readonly authenticate: Authenticator = async ({ bearer, ip }) => {
    if (bearer === undefined || !bearer.startsWith(TOKEN_PREFIX)) return undefined;
    const tokenHash = sha256(bearer);
    const found = await this.#find(tokenHash);
    const now = this.#deps.clock.now();
    if (found === undefined || !isGood(found.row, tokenHash, now)) return undefined;
    const { row } = found;
    // To the outside a token from the wrong place is an unknown one; the trail says what it was.
    if (row.networks !== null && !found.isNear(ip)) return this.#refuseNetwork(row, ip);
    this.#limit(row);
    const { permissions, readOnly } = rightsOfScopes(scopesOf(row));
    return { actor: { type: 'token', id: row.id, name: row.name, ip }, permissions, readOnly };
  };

  #limit({ id, perSecond }: TokenRow): void {
    if (perSecond === null) return;
    const { clock } = this.#deps;
    const limiter =
      this.#limiters.get(id) ?? createRateLimiter({ clock, perSecond, burst: perSecond * 2, bucketsMax: 1 });
    this.#limiters.set(id, limiter);
    if (this.#limiters.size > CACHE_MAX) this.#limiters.delete(this.#limiters.keys().next().value as string);
    const retryAfterSeconds = limiter.take(id);
    if (retryAfterSeconds > 0) throw new AppError('request.rate_limited', { details: { retryAfterSeconds } });
  }

  /** One entry a minute for each token: a thief who tries does not fill the trail. */
  async #refuseNetwork(row: TokenRow, ip: string): Promise<undefined> {
    const nowMs = this.#deps.clock.now().getTime();
    if (nowMs - (this.#refusedAtMs.get(row.id) ?? -REFUSAL_EVERY_MS) < REFUSAL_EVERY_MS) return undefined;
    this.#refusedAtMs.set(row.id, nowMs);
    const actor = { type: 'token' as const, id: row.id, name: row.name, ip };
    await this.#deps.uow.run({ actor }, async (tx) =>
      tx.record({ action: 'access.refuse', outcome: 'refused', reason: 'token.network' }),
    );
    return undefined;
  }

  async #find(tokenHash: Buffer): Promise<Cached | undefined> {
    const key = tokenHash.toString('hex');
    const nowMs = this.#deps.clock.now().getTime();
    const cached = this.#cache.get(key);
    if (cached !== undefined && Math.abs(nowMs - cached.checkedAtMs) <= CACHE_MS) return cached;
    const row = await this.#deps.uow.read((db) => findToken(db, tokenHash));
    if (row === undefined) {
      this.#cache.delete(key);
      return undefined;
    }
    if (nowMs - (row.lastUsedAt?.getTime() ?? 0) > SAVE_USED_MS) {
      this.#deps.bookkeeping
        .run(TOKEN_TOUCH, { lastUsedAt: new Date(nowMs), whereId: row.id })
        .catch((error: unknown) => this.#deps.onFault(error));
    }
    const found: Cached = { row, isNear: createNetworkList(row.networks ?? []), checkedAtMs: nowMs };
    this.#cache.set(key, found);
    if (this.#cache.size > CACHE_MAX) this.#cache.delete(this.#cache.keys().next().value as string);
    return found;
  }

  /** Makes a token and records it; the text is given once and never stored. */
  async create(tx: Tx, input: TokenInput): Promise<TokenText> {
    const networks = networksOf(input.networks);
    const token = `${TOKEN_PREFIX}${randomToken(TOKEN_BYTES)}`;
    const now = this.#deps.clock.now();
    const row: TokenRow = {
      id: this.#deps.ids.next(),
      name: input.name,
      tokenHash: sha256(token),
      scopes: [...new Set(input.scopes)].sort().join(','),
      createdById: tx.context.actor.id,
      createdAt: now,
      expiresAt: new Date(now.getTime() + input.expiresInDays * DAY_MS),
      lastUsedAt: null,
      revokedAt: null,
      networks,
      perSecond: input.perSecond ?? null,
      oldTokenHash: null,
      oldUntilAt: null,
    };
    await insertToken(tx, row);
    tx.record({
      action: 'token.create',
      outcome: 'ok',
      target: { type: 'token', id: row.id },
      details: {
        ...{ scopes: scopesOf(row), expiresInDays: input.expiresInDays, networks: networks ?? [] },
        ...(input.perSecond === undefined ? {} : { perSecond: input.perSecond }),
      },
    });
    return { id: row.id, name: row.name, token };
  }

  /** Revokes a token; gives false when there is none to revoke. */
  async revoke(tx: Tx, id: string): Promise<boolean> {
    if (!(await revokeToken(tx, id, this.#deps.clock.now()))) return false;
    tx.record({ action: 'token.revoke', outcome: 'ok', target: { type: 'token', id } });
    this.#forget(tx, id);
    return true;
  }

  /**
   * Gives a token another text and keeps the old one good for `graceHours` (0: not at all), never beyond its end.
   * Throws `request.not_found` for one that is unknown, revoked, or over, `request.version_stale` for two at once.
   */
  async rotate(tx: Tx, id: string, graceHours: number): Promise<TokenText> {
    const row = await findTokenById(tx, id);
    const now = this.#deps.clock.now();
    if (row === undefined || row.revokedAt !== null || row.expiresAt <= now)
      throw new AppError('request.not_found');
    const token = `${TOKEN_PREFIX}${randomToken(TOKEN_BYTES)}`;
    const next = {
      tokenHash: sha256(token),
      oldTokenHash: graceHours === 0 ? null : row.tokenHash,
      oldUntilAt: graceHours === 0 ? null : new Date(now.getTime() + graceHours * HOUR_MS),
    };
    if (!(await rotateToken(tx, row, next))) throw new AppError('request.version_stale');
    tx.record({
      action: 'token.rotate',
      outcome: 'ok',
      target: { type: 'token', id },
      details: { graceHours },
    });
    this.#forget(tx, id);
    return { id, name: row.name, token };
  }

  /** After the commit the next request of the token looks into the database. */
  #forget(tx: Tx, id: string): void {
    tx.afterCommit(() => {
      for (const [key, { row }] of this.#cache) if (row.id === id) this.#cache.delete(key);
    });
  }
}

/** Whether a row is good for the text it was found by. */
function isGood(row: TokenRow, tokenHash: Buffer, now: Date): boolean {
  if (row.revokedAt !== null || row.expiresAt <= now) return false;
  return row.tokenHash.equals(tokenHash) || (row.oldUntilAt !== null && row.oldUntilAt > now);
}

/** Networks as they are kept; null for everywhere. Throws `request.invalid` for what is none. */
function networksOf(networks: readonly string[] | undefined): string[] | null {
  if (networks === undefined || networks.length === 0) return null;
  try {
    createNetworkList(networks);
  } catch (cause) {
    throw new AppError('request.invalid', { details: { in: 'body', at: '/networks' }, cause });
  }
  return [...networks];
}
