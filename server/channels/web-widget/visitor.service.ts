import { AppError, SCOPE_ALL, type Actor, type Clock, type Ids } from '../../kernel/index.ts';
import { randomToken, sha256, verifyJwt } from '../../platform/crypto/index.ts';
import { insert, portable, select, type Tx, type UnitOfWork } from '../../platform/persistence/index.ts';
import type { ConversationService, RequesterProfile, RequesterService } from '../../desk/index.ts';
import { visitorSessionEntity, type SiteRow, type VisitorSessionRow } from './site.entity.ts';
import type { SiteService } from './site.service.ts';

const SESSION_INSERT = insert(visitorSessionEntity);
const SESSION_BY_TOKEN = select(visitorSessionEntity, {
  name: 'visitor_session.by_token',
  where: ['tokenHash'],
});
const SESSION_BY_RESUME = select(visitorSessionEntity, {
  name: 'visitor_session.by_resume',
  where: ['resumeHash'],
  orderBy: [['createdAt', 'desc']],
  limit: true,
});
const LAST_OF_REQUESTER = portable<{ requesterId: string; siteId: string }, { id: string; state: string }>(
  'conversation.last_of_requester',
  `SELECT id, state FROM conversation WHERE requester_id = :requesterId AND site_id = :siteId
    ORDER BY opened_at DESC, id DESC FETCH FIRST 1 ROWS ONLY`,
  { params: { requesterId: 'uuid', siteId: 'text' }, result: { id: 'uuid', state: 'text' } },
);
const OPEN_COUNT = portable<{ requesterId: string }, { openCount: number }>(
  'conversation.open_count',
  `SELECT COUNT(*) AS open_count FROM conversation WHERE requester_id = :requesterId AND state <> 'closed'`,
  { params: { requesterId: 'uuid' }, result: { openCount: 'int' } },
);

const TOKEN_BYTES = 32;
const SESSION_DAYS = 1;
const RESUME_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1_000;
const HOUR_MS = 60 * 60 * 1_000;
const CACHE_SESSIONS_MAX = 20_000;
const ADDRESSES_MAX = 100_000;

/** What the visitor's page sends to begin or to come back. */
export interface VisitorStart {
  site: string;
  resumeToken?: string;
  /** A JWT of the host application that says who the customer is. */
  identity?: string;
  /** Begin a new conversation although the last one can be resumed. */
  fresh?: boolean;
}

/** The answer: two secrets and the conversation they open. */
export interface VisitorTokens {
  token: string;
  resumeToken: string;
  conversationId: string;
}

/** A visitor who showed a good token. */
export interface Visitor {
  requesterId: string;
  conversationId: string;
  siteId: string;
}

interface VisitorDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  sites: SiteService;
  requesters: RequesterService;
  conversations: ConversationService;
  /** Whether new conversations from this address are counted; the loopback is left alone by default. */
  isLimited(ip: string): boolean;
  /** New conversations from one address in an hour, of all processes together. */
  openingsPerHourMax: number;
  /** Tells the other processes that an address has opened one; they count it by `noteOpening`. */
  tellOpening?(ip: string): void;
  /** Open conversations of one visitor. */
  openMax: number;
}

/** Use cases of visitors: begin, come back, be recognised. */
export class VisitorService {
  readonly #deps: VisitorDeps;
  readonly #cache = new Map<string, Visitor & { expiresAtMs: number }>();
  readonly #opened = new Map<string, { count: number; sinceMs: number }>();

  constructor(deps: VisitorDeps) {
    this.#deps = deps;
  }

  /** The visitor of a token; throws `visitor.token_invalid`. */
  async authenticate(token: unknown): Promise<Visitor> {
    if (typeof token !== 'string' || token.length > 100) throw new AppError('visitor.token_invalid');
    const tokenHash = sha256(token);
    const key = tokenHash.toString('base64');
    const nowMs = this.#deps.clock.now().getTime();
    const known = this.#cache.get(key);
    if (known && known.expiresAtMs > nowMs) return known;
    const row = await this.#deps.uow.read((db) => db.one(SESSION_BY_TOKEN, { tokenHash }));
    if (!row || row.expiresAt.getTime() <= nowMs) throw new AppError('visitor.token_invalid');
    const visitor = {
      requesterId: row.requesterId,
      conversationId: row.conversationId,
      siteId: row.siteId,
      expiresAtMs: row.expiresAt.getTime(),
    };
    if (this.#cache.size >= CACHE_SESSIONS_MAX) this.#cache.delete(this.#cache.keys().next().value as string);
    this.#cache.set(key, visitor);
    return visitor;
  }

  /** Begins or resumes. A resume token that is not known starts anew: the visitor loses no way in. */
  async start(tx: Tx, start: VisitorStart, ip: string): Promise<VisitorTokens> {
    const site = await this.#deps.sites.active(start.site);
    const profile = start.identity === undefined ? undefined : this.#identify(site, start.identity);
    const resumed = await this.#findResumed(tx, site, start.resumeToken);
    const { requesterId, conversationId } = await this.#requesterOf(tx, site, profile, resumed);
    if (requesterId && conversationId && !start.fresh) {
      return this.#grant(tx, site, { requesterId, conversationId }, resumed && start.resumeToken);
    }
    this.#countOpening(ip);
    return this.#open(tx, site, requesterId, profile);
  }

  async #open(
    tx: Tx,
    site: SiteRow,
    known: string | undefined,
    profile: RequesterProfile | undefined,
  ): Promise<VisitorTokens> {
    const { requesters, conversations } = this.#deps;
    let requesterId = known;
    let dek;
    if (requesterId === undefined) {
      const isIdentified = profile !== undefined;
      const made = await requesters.create(tx, {
        siteId: site.id,
        profile: profile ?? {},
        isIdentified,
        unitId: site.unitId,
      });
      requesterId = made.row.id;
      dek = made.dek;
    } else {
      // Held until the commit: of two that come at once the second counts the first one's.
      if (!(await requesters.claim(tx, requesterId, SCOPE_ALL))) throw new AppError('request.not_found');
      const open = await tx.one(OPEN_COUNT, { requesterId });
      if ((open?.openCount ?? 0) >= this.#deps.openMax) throw new AppError('visitor.conversations_limit');
      dek = await requesters.dekOf(tx, requesterId);
    }
    const { skillGroupId } = site;
    const row = await conversations.open(tx, {
      requesterId,
      dek,
      siteId: site.id,
      channel: 'web',
      skillGroupId,
      unitId: site.unitId,
    });
    return this.#grant(tx, site, { requesterId, conversationId: row.id }, undefined);
  }

  async #grant(
    tx: Tx,
    site: SiteRow,
    visitor: { requesterId: string; conversationId: string },
    resumeToken: string | undefined,
  ): Promise<VisitorTokens> {
    const now = this.#deps.clock.now();
    const token = randomToken(TOKEN_BYTES);
    const resume = resumeToken ?? randomToken(TOKEN_BYTES);
    const row: VisitorSessionRow = {
      id: this.#deps.ids.next(),
      tokenHash: sha256(token),
      resumeHash: sha256(resume),
      requesterId: visitor.requesterId,
      conversationId: visitor.conversationId,
      siteId: site.id,
      createdAt: now,
      expiresAt: new Date(now.getTime() + SESSION_DAYS * DAY_MS),
    };
    await tx.run(SESSION_INSERT, row);
    if (tx.recordCount === 0) {
      tx.record({
        action: 'conversation.resume',
        outcome: 'ok',
        target: { type: 'conversation', id: row.conversationId },
        customer: row.requesterId,
      });
    }
    return { token, resumeToken: resume, conversationId: row.conversationId };
  }

  /** Who the host application says this is, checked with the site's public key. */
  #identify(site: SiteRow, identity: string): RequesterProfile {
    if (!site.publicKeyPem) throw new AppError('site.identity_invalid');
    const result = verifyJwt(identity, {
      publicKey: site.publicKeyPem,
      algorithms: ['RS256', 'ES256', 'EdDSA'],
      audience: site.id,
      now: this.#deps.clock.now(),
    });
    const subject = result.ok ? result.claims.sub : undefined;
    if (!result.ok || typeof subject !== 'string') throw new AppError('site.identity_invalid');
    const text = (claim: unknown) => (typeof claim === 'string' && claim.length <= 200 ? claim : undefined);
    const { name, phone_number: phone, email } = result.claims;
    const profile = { external: subject, name: text(name), phone: text(phone), email: text(email) };
    return Object.fromEntries(Object.entries(profile).filter(([, value]) => value)) as RequesterProfile;
  }

  async #findResumed(
    tx: Tx,
    site: SiteRow,
    resumeToken: string | undefined,
  ): Promise<VisitorSessionRow | undefined> {
    if (resumeToken === undefined) return undefined;
    const row = await tx.one(SESSION_BY_RESUME, { resumeHash: sha256(resumeToken), limit: 1 });
    const isGood =
      row?.siteId === site.id &&
      this.#deps.clock.now().getTime() - row.createdAt.getTime() < RESUME_DAYS * DAY_MS;
    return isGood ? row : undefined;
  }

  /** The identified customer wins over whoever used this browser before. */
  async #requesterOf(
    tx: Tx,
    site: SiteRow,
    profile: RequesterProfile | undefined,
    resumed: VisitorSessionRow | undefined,
  ): Promise<{ requesterId?: string; conversationId?: string }> {
    if (profile?.external === undefined) return resumed ?? {};
    const known = await this.#deps.requesters.findByExternal(tx, site.id, profile.external);
    if (!known) return {};
    const last = await tx.one(LAST_OF_REQUESTER, { requesterId: known.id, siteId: site.id });
    const isRunning = last !== undefined && last.state !== 'closed';
    return { requesterId: known.id, ...(isRunning ? { conversationId: last.id } : {}) };
  }

  #countOpening(ip: string): void {
    if (!this.#deps.isLimited(ip)) return;
    const nowMs = this.#deps.clock.now().getTime();
    const known = this.#opened.get(ip);
    const isFresh = known !== undefined && nowMs - known.sinceMs < HOUR_MS;
    const count = isFresh ? known.count + 1 : 1;
    if (count > this.#deps.openingsPerHourMax) throw new AppError('visitor.conversations_limit');
    this.noteOpening(ip);
    this.#deps.tellOpening?.(ip);
  }

  /** Counts a conversation that an address has opened, here or in another process. */
  noteOpening(ip: string): void {
    const nowMs = this.#deps.clock.now().getTime();
    const known = this.#opened.get(ip);
    const isFresh = known !== undefined && nowMs - known.sinceMs < HOUR_MS;
    if (!isFresh && this.#opened.size >= ADDRESSES_MAX)
      this.#opened.delete(this.#opened.keys().next().value as string);
    this.#opened.set(ip, isFresh ? { ...known, count: known.count + 1 } : { count: 1, sinceMs: nowMs });
  }
}

/** The visitor as the actor of what he does. */
export function actorOf(visitor: Visitor, ip: string): Actor {
  return { type: 'requester', id: visitor.requesterId, ip };
}
