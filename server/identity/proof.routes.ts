import { AppError, type Clock } from '../kernel/index.ts';
import { randomBytes, type Crypto } from '../platform/crypto/index.ts';
import {
  defineRoute,
  refuse,
  type AnyRoute,
  type RequestContext,
  type Schema,
} from '../platform/http/index.ts';
import type { Tx, UnitOfWork } from '../platform/persistence/index.ts';
import { findAccount, type Account } from './account.repo.ts';
import { ACCOUNT_RULES, NO_PASSWORD } from './account.rules.ts';
import { countRecoveryCodes, replaceRecoveryCodes } from './known-address.repo.ts';
import { proveSession } from './session.repo.ts';
import type { SessionService } from './session.service.ts';
import { noteKnownSignIn } from './sign-in.repo.ts';
import { RECOVERY_INDEX, type SignInService } from './sign-in.service.ts';

/** What proving who sits there needs. */
export interface ProofRouteDeps {
  uow: UnitOfWork;
  clock: Clock;
  crypto: Crypto;
  sessions: SessionService;
  signIns: SignInService;
  /** Failures from one address, and in how long. */
  failures: { max: number; perMs: number };
}

/** How somebody proves who it is: with a one-time code, the password, or at the identity provider. */
export type ProofMeans = 'otp' | 'password' | 'idp';

/** The means an account has; the strongest of them. */
export function proofMeansOf(account: Pick<Account, 'totpEnc' | 'passwordHash'>): ProofMeans {
  if (account.totpEnc !== null) return 'otp';
  return account.passwordHash === NO_PASSWORD ? 'idp' : 'password';
}

const text = (maxLength: number): Schema => ({ type: 'string', maxLength });
/** Without 0, 1, 8, and 9, which look like letters. */
const CODE_LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const CODE_HALF = 5;

/** Proof before dangerous acts, the second factor after an identity provider, and recovery codes. */
export function proofRoutes(deps: ProofRouteDeps): AnyRoute[] {
  return [proofRoute(deps), countRoute(), codesRoute(deps)];
}

interface Proof {
  otp?: string;
  password?: string;
}

function proofRoute(deps: ProofRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, Proof, boolean>({
    method: 'POST',
    path: '/api/v1/session/proof',
    summary:
      'Shows again who is behind the session: with a fresh one-time code, or the password of an account without.',
    permission: 'signed-in',
    isOpenWhenRestricted: true,
    audit: 'session.prove',
    body: {
      ...{ type: 'object', additionalProperties: false, properties: { otp: text(16), password: text(256) } },
    },
    response: { type: 'null' },
    status: 204,
    limit: { ...deps.failures, counts: 'failures' },
    errors: ['session.credentials_invalid', 'session.locked', 'session.proof_at_idp'],
    async prepare({ body }, context) {
      const account = await deps.uow.read((db) => findAccount(db, context.actor.id));
      const isPassword = account !== undefined && proofMeansOf(account) === 'password';
      return isPassword && (await deps.signIns.verify(body.password ?? '', account.passwordHash));
    },
    async handler(tx, { body, prepared: isPasswordRight }, context) {
      const { account, sessionId } = await own(tx, context);
      const { ip } = context;
      if (await deps.signIns.isLockedAt(tx, account, ip)) {
        tx.record({ action: 'session.prove', outcome: 'refused', reason: 'session.locked' });
        return refuse('session.locked');
      }
      const means = proofMeansOf(account);
      if (means === 'idp') throw new AppError('session.proof_at_idp');
      const now = deps.clock.now();
      if (means === 'otp') {
        const code = await deps.signIns.checkCode(tx, account, body.otp);
        const isRight = typeof code !== 'string';
        const isNoted = isRight && (await noteKnownSignIn(tx, account, { at: now, totpStep: code.totpStep }));
        if (!isNoted) return deps.signIns.countFailure(tx, account, { ip, factor: 'otp' });
      } else if (!isPasswordRight) return deps.signIns.countFailure(tx, account, { ip, factor: 'password' });
      await proveSession(tx, sessionId, now);
      deps.sessions.forgetAfter(tx, { sessionId });
      const target = { type: 'session', id: sessionId };
      tx.record({ action: 'session.prove', outcome: 'ok', target, details: { means } });
      return undefined;
    },
  });
}

async function own(tx: Tx, context: RequestContext): Promise<{ account: Account; sessionId: string }> {
  const sessionId = context.session?.id;
  const account = sessionId === undefined ? undefined : await findAccount(tx, context.actor.id);
  if (account === undefined || sessionId === undefined) throw new AppError('access.unauthenticated');
  return { account, sessionId };
}

function countRoute(): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/session/recovery-codes',
    summary: 'How many recovery codes are left; null for accounts without one-time codes.',
    permission: 'signed-in',
    audit: { none: 'A number about the own account.' },
    response: {
      type: 'object',
      properties: { left: { type: ['integer', 'null'] } },
      required: ['left'],
    },
    async handler(tx, _input, context) {
      const { account } = await own(tx, context);
      return { left: account.totpEnc === null ? null : await countRecoveryCodes(tx, account.id) };
    },
  });
}

function codesRoute({ crypto }: ProofRouteDeps): AnyRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/session/recovery-codes',
    summary: 'Makes ten recovery codes in place of the old ones, and gives them once.',
    permission: 'signed-in',
    audit: 'session.recovery-codes',
    needsProof: true,
    response: {
      type: 'object',
      properties: { codes: { type: 'array', items: { type: 'string' } } },
      required: ['codes'],
    },
    errors: ['account.state_refused'],
    async handler(tx, _input, context) {
      const { account } = await own(tx, context);
      if (account.totpEnc === null) throw new AppError('account.state_refused');
      const codes = Array.from({ length: ACCOUNT_RULES.recoveryCodes }, newCode);
      const hashes = codes.map((code) => crypto.blindIndex(RECOVERY_INDEX, code));
      await replaceRecoveryCodes(tx, account.id, hashes);
      const target = { type: 'account', id: account.id };
      tx.record({ action: 'session.recovery-codes', outcome: 'ok', target });
      return { codes };
    },
  });
}

/** Fifty bits, as `abcde-23456`. */
function newCode(): string {
  const bytes = [...randomBytes(2 * CODE_HALF)];
  const letters = bytes.map((byte) => CODE_LETTERS[byte % CODE_LETTERS.length]).join('');
  return `${letters.slice(0, CODE_HALF)}-${letters.slice(CODE_HALF, 2 * CODE_HALF)}`;
}
