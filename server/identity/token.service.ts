import type { Clock, Ids } from '../kernel/index.ts';
import { randomToken, sha256 } from '../platform/crypto/index.ts';
import type { Authenticator } from '../platform/http/index.ts';
import type { Tx, UnitOfWork } from '../platform/persistence/index.ts';
import { TOKEN_SCOPES, type TokenScope } from './permissions.ts';
import type { Bookkeeping } from './session.service.ts';
import { findToken, insertToken, revokeToken, TOKEN_TOUCH, type TokenRow } from './token.repo.ts';

/** First letters of every token, so that scanners find one that leaked. */
const TOKEN_PREFIX = 'vdt_';
const TOKEN_BYTES = 32;
const DAY_MS = 86_400_000;
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
  readonly #cache = new Map<string, { row: TokenRow; checkedAtMs: number; usedAtMs: number }>();

  constructor(deps: TokenDeps) {
    this.#deps = deps;
  }

  /** Signs a program in by its bearer token. */
  readonly authenticate: Authenticator = async ({ bearer, ip }) => {
    if (bearer === undefined || !bearer.startsWith(TOKEN_PREFIX)) return undefined;
    const row = await this.#find(bearer);
    if (row === undefined || row.revokedAt !== null || row.expiresAt <= this.#deps.clock.now())
      return undefined;
    const permissions = new Set<string>(scopesOf(row));
    return { actor: { type: 'token', id: row.id, name: row.name, ip }, permissions };
  };

  async #find(token: string): Promise<TokenRow | undefined> {
    const tokenHash = sha256(token);
    const key = tokenHash.toString('hex');
    const nowMs = this.#deps.clock.now().getTime();
    const cached = this.#cache.get(key);
    if (cached !== undefined && Math.abs(nowMs - cached.checkedAtMs) <= CACHE_MS) return cached.row;
    const row = await this.#deps.uow.read((db) => findToken(db, tokenHash));
    if (row === undefined) {
      this.#cache.delete(key);
      return undefined;
    }
    let usedAtMs = row.lastUsedAt?.getTime() ?? 0;
    if (nowMs - usedAtMs > SAVE_USED_MS) {
      usedAtMs = nowMs;
      this.#deps.bookkeeping
        .run(TOKEN_TOUCH, { lastUsedAt: new Date(nowMs), whereId: row.id })
        .catch((error: unknown) => this.#deps.onFault(error));
    }
    this.#cache.set(key, { row, checkedAtMs: nowMs, usedAtMs });
    if (this.#cache.size > CACHE_MAX) this.#cache.delete(this.#cache.keys().next().value as string);
    return row;
  }

  /** Makes a token and records it; the text is given once and never stored. */
  async create(tx: Tx, input: TokenInput): Promise<{ id: string; name: string; token: string }> {
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
    };
    await insertToken(tx, row);
    tx.record({
      action: 'token.create',
      outcome: 'ok',
      target: { type: 'token', id: row.id },
      details: { scopes: scopesOf(row), expiresInDays: input.expiresInDays },
    });
    return { id: row.id, name: row.name, token };
  }

  /** Revokes a token; gives false when there is none to revoke. */
  async revoke(tx: Tx, id: string): Promise<boolean> {
    if (!(await revokeToken(tx, id, this.#deps.clock.now()))) return false;
    tx.record({ action: 'token.revoke', outcome: 'ok', target: { type: 'token', id } });
    tx.afterCommit(() => {
      for (const [key, { row }] of this.#cache) if (row.id === id) this.#cache.delete(key);
    });
    return true;
  }
}
