import {
  buildLogoutRequest,
  buildLogoutResponse,
  judgeLogout,
  SSO_TIMES,
  SsoRefusal,
  type LogoutCarrier,
  type LogoutMessage,
  type Outgoing,
} from '../../../sso/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { randomToken, sha256 } from '../../platform/crypto/index.ts';
import { readCookie, type RequestContext } from '../../platform/http/index.ts';
import type { Tx } from '../../platform/persistence/index.ts';
import { sessionsOfIdp, type SessionRow } from '../session.repo.ts';
import type { LiveSession, SessionService } from '../session.service.ts';
import { endSessions } from './end-sessions.ts';
import type { IdpService, KnownIdp } from './idp.service.ts';
import type { SpKeys } from './sp-keys.ts';
import { BROWSER_COOKIE } from './sso-sign-in.service.ts';
import { consumeRequest, findRequest, insertRequest, takeId } from './sso.repo.ts';

/** What ending sessions together with an identity provider needs. */
export interface SsoLogoutDeps {
  clock: Clock;
  idps: IdpService;
  keys: SpKeys;
  sessions: SessionService;
}

/** A logout message judged before the unit of work. */
export interface PreparedLogout {
  known?: KnownIdp;
  message?: LogoutMessage;
  refusal?: SsoRefusal;
}

/** How it ended: an answer to send, the way home, or a refusal. */
export type LogoutEnd =
  { type: 'answer'; outgoing: Outgoing } | { type: 'home' } | { type: 'refused'; refusal: SsoRefusal };

const SECRET_BYTES = 32;
const ID_BYTES = 20;
const newId = () => `_${randomToken(ID_BYTES)}`;

/** Ends sessions together with the identity provider, whoever begins. */
export class SsoLogoutService {
  readonly #deps: SsoLogoutDeps;

  constructor(deps: SsoLogoutDeps) {
    this.#deps = deps;
  }

  /** Ends the own session at once and gives what to send to the identity provider; undefined when there is nothing. */
  async begin(tx: Tx, live: LiveSession, context: RequestContext): Promise<Outgoing | undefined> {
    const { clock, idps, keys, sessions } = this.#deps;
    const { row } = live;
    await this.#end(tx, [row], 'own');
    sessions.clearCookie(context);
    const known = row.idpId === null ? undefined : await idps.find(row.idpId);
    if (known === undefined || row.nameId === null || known.idp.sloUrl === null) return undefined;
    const sp = await keys.party(known.idp.id);
    const relayState = randomToken(SECRET_BYTES);
    const browser = readCookie(context.header('cookie'), BROWSER_COOKIE) ?? '';
    const now = clock.now();
    const id = newId();
    await insertRequest(tx, {
      relayHash: sha256(relayState),
      browserHash: sha256(browser),
      idpId: known.idp.id,
      requestId: id,
      purpose: 'logout',
      returnTo: '/sign-in',
      accountId: row.accountId,
      sessionId: null,
      isForced: false,
      createdAt: now,
      expiresAt: new Date(now.getTime() + SSO_TIMES.pendingMs),
    });
    return buildLogoutRequest({
      ...{ id, now, sp, idp: idps.partyOf(known), relayState, nameId: row.nameId },
      nameIdFormat: row.nameIdFormat ?? undefined,
      sessionIndex: row.sessionIndex ?? undefined,
    });
  }

  /** Judges a message before the unit of work. */
  async prepare(idpId: string, carrier: () => LogoutCarrier): Promise<PreparedLogout> {
    const prepared: PreparedLogout = {};
    try {
      const known = await this.#deps.idps.find(idpId);
      if (known === undefined) throw new SsoRefusal('sso.issuer', 'removed');
      prepared.known = known;
      const sp = await this.#deps.keys.party(idpId);
      const idp = this.#deps.idps.partyOf(known);
      prepared.message = judgeLogout(carrier(), { sp, idp, clock: this.#deps.clock });
    } catch (error) {
      if (!(error instanceof SsoRefusal)) throw error;
      prepared.refusal = error;
    }
    return prepared;
  }

  /** Ends the sessions that a request names, on every node, or takes the answer to ours. */
  async complete(tx: Tx, prepared: PreparedLogout, context: RequestContext): Promise<LogoutEnd> {
    try {
      const { known, message, refusal } = prepared;
      if (refusal !== undefined) throw refusal;
      if (known === undefined || message === undefined) throw new Error('A logout was not judged.');
      if (message.type === 'response') return await this.#finish(tx, message, context);
      return await this.#obey(tx, known, message);
    } catch (error) {
      if (!(error instanceof SsoRefusal)) throw error;
      const details = { why: error.why };
      tx.record({ action: 'logout.refuse', outcome: 'refused', reason: error.code, details });
      return { type: 'refused', refusal: error };
    }
  }

  async #obey(tx: Tx, known: KnownIdp, message: LogoutMessage & { type: 'request' }): Promise<LogoutEnd> {
    const { clock, idps, keys } = this.#deps;
    const now = clock.now();
    const used = sha256(`logout\n${known.idp.entityId}\n${message.id}`);
    const until = new Date(now.getTime() + SSO_TIMES.messageAgeMs + 2 * SSO_TIMES.skewMs);
    if (!(await takeId(tx, used, until))) throw new SsoRefusal('sso.replay', 'logout');
    const { nameId, sessionIndexes, relayState } = message;
    const named = await sessionsOfIdp(tx, known.idp.id, nameId);
    const meant = named.filter(
      ({ sessionIndex }) => sessionIndexes.length === 0 || sessionIndexes.includes(sessionIndex ?? ''),
    );
    await this.#end(tx, meant, 'identity-provider');
    tx.record({
      action: 'sso.logout',
      outcome: 'ok',
      target: { type: 'idp', id: known.idp.id },
      details: { count: meant.length },
    });
    const sp = await keys.party(known.idp.id);
    const outgoing = buildLogoutResponse({
      ...{ id: newId(), now, sp, idp: idps.partyOf(known), inResponseTo: message.id },
      ...{ status: 'Success', relayState },
    });
    return outgoing === undefined ? { type: 'home' } : { type: 'answer', outgoing };
  }

  async #finish(
    tx: Tx,
    message: LogoutMessage & { type: 'response' },
    context: RequestContext,
  ): Promise<LogoutEnd> {
    const browser = readCookie(context.header('cookie'), BROWSER_COOKIE) ?? '';
    const hashes = [sha256(message.relayState), sha256(browser)] as const;
    const request = await findRequest(tx, ...hashes);
    const isOurs = request?.purpose === 'logout' && request.requestId === message.inResponseTo;
    if (!isOurs || !(await consumeRequest(tx, ...hashes))) throw new SsoRefusal('sso.no_pending', 'logout');
    const outcome = message.isSuccess ? 'ok' : 'failed';
    tx.record({ action: 'sso.logout', outcome, target: { type: 'idp', id: request.idpId } });
    return { type: 'home' };
  }

  async #end(tx: Tx, rows: readonly SessionRow[], reason: string): Promise<void> {
    await endSessions(tx, rows, reason);
    for (const { id: sessionId } of rows) this.#deps.sessions.forgetAfter(tx, { sessionId });
  }
}
