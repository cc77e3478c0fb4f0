import {
  applyMap,
  buildLogin,
  decodeBase64,
  decodeUtf8,
  judgeAnswer,
  SSO_TIMES,
  SsoRefusal,
  type MappedPerson,
  type Outgoing,
  type VerifiedAssertion,
} from '../../../sso/index.ts';
import type { Clock, Ids } from '../../kernel/index.ts';
import { randomToken, sha256 } from '../../platform/crypto/index.ts';
import { readCookie, type RequestContext } from '../../platform/http/index.ts';
import type { Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { findAccount, type Account } from '../account.repo.ts';
import { rolesNeedOtp } from '../roles/role.rules.ts';
import { noteSignInElsewhere } from '../sign-in.repo.ts';
import { removeSession, sessionsOfAccount } from '../session.repo.ts';
import { actorOf, type LiveSession, type SessionService } from '../session.service.ts';
import { examine, type Examined } from './idp-try.ts';
import type { IdpService, KnownIdp } from './idp.service.ts';
import type { SpKeys } from './sp-keys.ts';
import type { SsoPeople } from './sso-people.service.ts';
import type { SsoRequestRow } from './sso.entity.ts';
import { consumeRequest, findIdentity, findRequest, insertRequest, takeId } from './sso.repo.ts';

/** What single sign-on needs. */
export interface SsoSignInDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  idps: IdpService;
  keys: SpKeys;
  people: SsoPeople;
  sessions: SessionService;
}

/**
 * Ties an answer to the browser that asked. SameSite=None, because the answer comes as a form of another site; it opens
 * nothing by itself.
 */
export const BROWSER_COOKIE = '__Host-vaultdesk-sso';
const COOKIE_ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=None';
const COOKIE_PATTERN = /^[A-Za-z0-9_-]{43}$/;
const SECRET_BYTES = 32;
const REQUEST_ID_BYTES = 20;
/** A path of ours: no scheme, no second slash, no backslash or control character a browser would turn into one. */
const LOCAL_PATH = /^\/(?![/\\])[^\\\p{Cc}]*$/u;
const RETURN_CHARACTERS_MAX = 1_000;

/** The form of an answer, its fields by name. */
export type FormFields = ReadonlyMap<string, string>;

/** What is known of an answer before the unit of work. */
export interface PreparedAnswer {
  request?: SsoRequestRow;
  refusal?: SsoRefusal;
  known?: KnownIdp;
  assertion?: VerifiedAssertion;
  person?: MappedPerson;
  /** What an administrator sees of a test, whatever came of it. */
  examined?: Examined;
  /** Account of this name, or the id that a new one will have. */
  accountId?: string;
}

/** How an answer ended. */
export type AnswerEnd =
  | { type: 'signed-in'; live: LiveSession; returnTo: string }
  | { type: 'tested'; examined: Examined; person?: MappedPerson; assertion?: VerifiedAssertion }
  | { type: 'refused'; refusal: SsoRefusal };

/** Reads a form strictly: each field at most once. Throws `sso.malformed`. */
export function readFields(form: string): FormFields {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(form)) {
    if (fields.has(name)) throw new SsoRefusal('sso.malformed', 'field-twice');
    fields.set(name, value);
  }
  return fields;
}

/** Where to go afterwards: a path of ours, or the start. */
export function localPath(text: string | undefined): string {
  return text !== undefined && text.length <= RETURN_CHARACTERS_MAX && LOCAL_PATH.test(text) ? text : '/';
}

/** Signs people in through identity providers. */
export class SsoSignInService {
  readonly #deps: SsoSignInDeps;

  constructor(deps: SsoSignInDeps) {
    this.#deps = deps;
  }

  /** Begins a sign-in in this browser, or a test of one by an administrator. */
  async begin(
    tx: Tx,
    known: KnownIdp,
    ask: { returnTo: string | undefined; isForced: boolean; testerId?: string; again?: LiveSession },
    context: RequestContext,
  ): Promise<Outgoing> {
    const { clock, keys, idps } = this.#deps;
    const sp = await keys.party(known.idp.id);
    const browser = this.#browserOf(context);
    const relayState = randomToken(SECRET_BYTES);
    const now = clock.now();
    const requestId = `_${randomToken(REQUEST_ID_BYTES)}`;
    insertRequest(tx, {
      relayHash: sha256(relayState),
      browserHash: sha256(browser),
      idpId: known.idp.id,
      requestId,
      purpose: ask.testerId === undefined ? 'login' : 'test',
      returnTo: localPath(ask.returnTo),
      accountId: ask.testerId ?? ask.again?.account.id ?? null,
      sessionId: ask.again?.row.id ?? null,
      isForced: ask.isForced,
      createdAt: now,
      expiresAt: new Date(now.getTime() + SSO_TIMES.pendingMs),
    });
    tx.record({ action: 'sso.begin', outcome: 'ok', target: { type: 'idp', id: known.idp.id } });
    const idp = idps.partyOf(known);
    return buildLogin({
      ...{ sp, idp, id: requestId, now, relayState },
      ...{ forceAuthn: ask.isForced, authnContext: [] },
    });
  }

  /** The same browser keeps its cookie, so that a second tab does not end the sign-in of the first. */
  #browserOf(context: RequestContext): string {
    const known = readCookie(context.header('cookie'), BROWSER_COOKIE);
    if (known !== undefined && COOKIE_PATTERN.test(known)) return known;
    const made = randomToken(SECRET_BYTES);
    context.setHeader('Set-Cookie', `${BROWSER_COOKIE}=${made}; ${COOKIE_ATTRIBUTES}`);
    return made;
  }

  /** Judges an answer before the unit of work. Never throws a refusal: the pending sign-in is consumed all the same. */
  async prepare(idpId: string, form: string, context: RequestContext): Promise<PreparedAnswer> {
    const prepared: PreparedAnswer = {};
    try {
      await this.#judge(prepared, { idpId, fields: readFields(form) }, context);
    } catch (error) {
      if (!(error instanceof SsoRefusal)) throw error;
      prepared.refusal = error;
    }
    return prepared;
  }

  async #judge(
    prepared: PreparedAnswer,
    { idpId, fields }: { idpId: string; fields: FormFields },
    context: RequestContext,
  ): Promise<void> {
    const { uow, clock, idps, keys, ids } = this.#deps;
    const browser = readCookie(context.header('cookie'), BROWSER_COOKIE) ?? '';
    const hashes = [sha256(fields.get('RelayState') ?? ''), sha256(browser)] as const;
    const request = await uow.read((db) => findRequest(db, ...hashes));
    if (request === undefined) throw new SsoRefusal('sso.no_pending', 'browser');
    prepared.request = request;
    if (request.idpId !== idpId || request.purpose === 'logout') {
      throw new SsoRefusal('sso.no_pending', 'identity-provider');
    }
    if (request.expiresAt <= clock.now()) throw new SsoRefusal('sso.no_pending', 'too-late');
    const known = await idps.find(idpId);
    if (known === undefined) throw new SsoRefusal('sso.issuer', 'removed');
    prepared.known = known;
    if (request.purpose === 'test') prepared.examined = this.#examine(known, fields);
    const idp = idps.partyOf(known);
    if (idp.certificates.length === 0) throw new SsoRefusal('sso.signature', 'certificates-ended');
    const { requestId, isForced, createdAt } = request;
    const pending = { requestId, isForced, createdAt, authnContext: [] };
    const sp = await keys.party(idpId);
    const assertion = await judgeAnswer(fields.get('SAMLResponse') ?? '', { sp, idp, pending, clock });
    prepared.assertion = assertion;
    prepared.person = applyMap(known.map, assertion);
    const { accountId, account } = await uow.read(async (db) => {
      const identity = await findIdentity(db, idpId, assertion.nameId);
      if (identity === undefined) return { accountId: ids.next(), account: undefined };
      return { ...identity, account: await findAccount(db, identity.accountId) };
    });
    prepared.accountId = accountId;
    const { ip } = context;
    context.actAs(account === undefined ? { type: 'account', id: accountId, ip } : actorOf(account, { ip }));
  }

  #examine(known: KnownIdp, fields: FormFields): Examined {
    const now = this.#deps.clock.now();
    try {
      const text = decodeUtf8(decodeBase64(fields.get('SAMLResponse') ?? ''));
      // What the checks say is the judgement; here only what the message says of itself counts.
      const { clocks, fingerprints } = examine(known, text, now);
      return { clocks, fingerprints };
    } catch (error) {
      if (!(error instanceof SsoRefusal)) throw error;
      return examine(known, '', now);
    }
  }

  /** Consumes the pending sign-in, remembers the assertion, and opens the session or refuses; all is recorded. */
  async complete(tx: Tx, prepared: PreparedAnswer, context: RequestContext): Promise<AnswerEnd> {
    try {
      return await this.#complete(tx, prepared, context);
    } catch (error) {
      if (!(error instanceof SsoRefusal)) throw error;
      const idpId = prepared.request?.idpId;
      tx.record({
        action: 'assertion.refuse',
        outcome: 'refused',
        reason: error.code,
        ...(idpId === undefined ? {} : { target: { type: 'idp', id: idpId } }),
        details: { why: error.why },
      });
      const { examined, person, assertion } = prepared;
      if (examined === undefined) return { type: 'refused', refusal: error };
      // The administrator who tests sees why; everybody else sees a number.
      const shown = { ...examined, code: error.code, why: error.why };
      return { type: 'tested', examined: shown, ...(person && { person }), ...(assertion && { assertion }) };
    }
  }

  async #complete(tx: Tx, prepared: PreparedAnswer, context: RequestContext): Promise<AnswerEnd> {
    if (prepared.refusal !== undefined) {
      await consume(tx, prepared.request);
      throw prepared.refusal;
    }
    const { request, known, assertion, person, accountId } = prepared;
    if (!request || !known || !assertion || !person || !accountId)
      throw new Error('An answer was not judged.');
    const who = { idpId: known.idp.id, nameId: assertion.nameId, accountId };
    const used = sha256(`assertion\n${known.idp.entityId}\n${assertion.assertionId}`);
    // Asked for at once, done in this order: of two that come with one answer the second waits for the first here.
    const [, isFree, found, older] = await Promise.all([
      consume(tx, request),
      takeId(tx, used, assertion.rememberUntil),
      this.#deps.people.lookUp(tx, who),
      sessionsOfAccount(tx, accountId),
    ]);
    if (!isFree) throw new SsoRefusal('sso.replay', 'assertion');
    if (request.purpose === 'test') {
      if (person.roles.length === 0) throw new SsoRefusal('sso.no_role', 'no-rule-fits');
      await this.#deps.idps.noteTested(tx, known.idp.id);
      tx.record({ action: 'idp.test', outcome: 'ok', target: { type: 'idp', id: known.idp.id } });
      if (prepared.examined === undefined) throw new Error('A test was not examined.');
      return { type: 'tested', examined: prepared.examined, person, assertion };
    }
    if (known.idp.state !== 'live') throw new SsoRefusal('sso.disabled', 'identity-provider');
    const { nameId } = assertion;
    const named = { known, person, nameId, accountId, lang: context.lang, found };
    const account = await this.#deps.people.apply(tx, named);
    const isOther = request.sessionId !== null && request.accountId !== account.id;
    if (isOther) throw new SsoRefusal('sso.subject', 'another-person');
    const provenAt = provenBy(account, assertion);
    const now = this.#deps.clock.now();
    noteSignInElsewhere(tx, account, now);
    if (request.sessionId !== null) await this.#endFormer(tx, request.sessionId);
    const live = await this.#deps.sessions.open(tx, account, context, {
      idpId: known.idp.id,
      nameId,
      nameIdFormat: assertion.nameIdFormat ?? null,
      sessionIndex: assertion.sessionIndex ?? null,
      endsAt: assertion.sessionNotOnOrAfter,
      provenAt,
      // Other roles end sessions: what was read before counts only where nothing of the account changed.
      older: account === found.account && request.sessionId === null ? older : undefined,
    });
    tx.record({
      action: 'session.open',
      outcome: 'ok',
      target: { type: 'session', id: live.row.id },
      details: { method: 'sso', idp: known.idp.id },
    });
    return { type: 'signed-in', live, returnTo: request.returnTo };
  }

  /** Whoever signs in anew leaves the old session behind: the cookie is another one from here on. */
  async #endFormer(tx: Tx, sessionId: string): Promise<void> {
    await removeSession(tx, sessionId);
    this.#deps.sessions.forgetAfter(tx, { sessionId });
    tx.record({
      action: 'session.close',
      outcome: 'ok',
      reason: 'signed-in-anew',
      target: { type: 'session', id: sessionId },
    });
  }
}

/** Takes the pending sign-in, if there was one, once for all who come with it. */
async function consume(tx: Tx, request: SsoRequestRow | undefined): Promise<void> {
  if (request === undefined) return;
  const isMine = await consumeRequest(tx, request.relayHash, request.browserHash);
  if (!isMine) throw new SsoRefusal('sso.no_pending', 'consumed');
}

/** Contexts by which an identity provider says that it asked for several factors. */
export const SEVERAL_FACTORS: readonly string[] = [
  'https://refeds.org/profile/mfa',
  'http://schemas.microsoft.com/claims/multipleauthn',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorUnregistered',
  'urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI',
];

/**
 * When the person was asked; null when an administrator's one-time code is still missing. An administrator whom neither
 * the identity provider nor a code of ours vouches for is not let in.
 */
function provenBy(account: Account, { authnContext, authnInstant }: VerifiedAssertion): Date | null {
  const isAdministrator = rolesNeedOtp(account.roles, account.composed);
  if (!isAdministrator || SEVERAL_FACTORS.includes(authnContext ?? '')) return authnInstant;
  if (account.totpEnc === null) throw new SsoRefusal('sso.context', 'second-factor');
  return null;
}
