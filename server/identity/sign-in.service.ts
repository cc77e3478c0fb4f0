import { AppError, type Clock } from '../kernel/index.ts';
import { sha256, totp, verifyPassword, type Crypto } from '../platform/crypto/index.ts';
import { createRateLimiter, refuse, type Refusal, type RequestContext } from '../platform/http/index.ts';
import type { Tx, UnitOfWork } from '../platform/persistence/index.ts';
import { findAccount, findAccountByUsername, noteFailure, noteSignIn, type Account } from './account.repo.ts';
import { ACCOUNT_RULES, isDormant, isLocked, normaliseUsername } from './account.rules.ts';
import { actorOf, type LiveSession, type SessionService } from './session.service.ts';

/** What a person typed. */
export interface SignIn {
  username: string;
  password: string;
  otp?: string;
}

/** What is known of it before the unit of work: whose it says to be, and whether the password is right. */
export interface CheckedSignIn {
  username: string;
  accountId?: string;
  isPasswordRight: boolean;
}

/** What sign-in needs. */
export interface SignInDeps {
  uow: UnitOfWork;
  clock: Clock;
  /** Told of each failed sign-in, in its unit of work. */
  onSignInFailed?(tx: Tx, lockedAccountId: string | undefined): Promise<void>;
  crypto: Crypto;
  sessions: SessionService;
  /** An account that nobody used for longer is turned off at its next sign-in. */
  dormantMs: number;
  disableDormant(tx: Tx, account: Account): Promise<Account | undefined>;
}

/** Password hashes being computed at once; each takes 32 MiB for 60 ms, and more would starve everybody. */
const CHECKS_MAX = 64;
/** Actor of failures under a name nobody has; the name itself is not kept, for people type passwords there. */
const UNKNOWN_ACCOUNT = 'unknown';

/** Cell of an account's one-time-code secret. */
export const totpCell = (accountId: string) => ({ table: 'account', column: 'totp_enc', rowId: accountId });

/** Signs people in, and counts what fails. */
export class SignInService {
  readonly #deps: SignInDeps;
  /** Names nobody has lock after five failures like any other, so that a lock tells nothing. */
  readonly #unknownNames: ReturnType<typeof createRateLimiter>;
  #checkCount = 0;

  constructor(deps: SignInDeps) {
    this.#deps = deps;
    this.#unknownNames = createRateLimiter({
      clock: deps.clock,
      burst: ACCOUNT_RULES.failuresMax,
      perSecond: (ACCOUNT_RULES.failuresMax / ACCOUNT_RULES.lockMs) * 1000,
    });
  }

  /** Looks the account up and checks the password, in the same time whether or not there is one. */
  async check(signIn: SignIn, context: RequestContext): Promise<CheckedSignIn> {
    const username = normaliseUsername(signIn.username);
    const account = await this.#deps.uow.read((db) => findAccountByUsername(db, username));
    const { ip } = context;
    context.actAs(
      account === undefined ? { type: 'account', id: UNKNOWN_ACCOUNT, ip } : actorOf(account, { ip }),
    );
    const isPasswordRight = await this.verify(signIn.password, account?.passwordHash);
    return account === undefined
      ? { username, isPasswordRight: false }
      : { username, accountId: account.id, isPasswordRight };
  }

  /** Checks a password with a bound on how many are checked at once. */
  async verify(password: string, hash: string | undefined): Promise<boolean> {
    if (this.#checkCount >= CHECKS_MAX) throw new AppError('server.busy');
    this.#checkCount += 1;
    try {
      return await verifyPassword(password, hash);
    } finally {
      this.#checkCount -= 1;
    }
  }

  /** Opens the session, or refuses and counts. Every way out is recorded. */
  async complete(
    tx: Tx,
    input: { signIn: SignIn; checked: CheckedSignIn },
    context: RequestContext,
  ): Promise<LiveSession | Refusal> {
    const { checked, signIn } = input;
    const account = checked.accountId === undefined ? undefined : await findAccount(tx, checked.accountId);
    if (account === undefined) return this.#refuseUnknown(tx, checked.username);
    const now = this.#deps.clock.now();
    if (isLocked(account, now)) return fail(tx, 'session.locked');
    if (!checked.isPasswordRight) return this.countFailure(tx, account, 'password');
    if (account.state !== 'active')
      return fail(tx, 'session.credentials_invalid', `account-${account.state}`);
    const isUnused = isDormant(account, now, this.#deps.dormantMs);
    if (isUnused && (await this.#deps.disableDormant(tx, account)) !== undefined)
      return fail(tx, 'session.credentials_invalid', 'dormant');
    const totpStep = await this.#checkOtp(account, signIn.otp);
    if (totpStep === 'missing') return fail(tx, 'session.otp_required');
    if (totpStep === 'wrong') return this.countFailure(tx, account, 'otp');
    if (!(await noteSignIn(tx, account, { at: now, totpStep })))
      return fail(tx, 'session.credentials_invalid', 'race');
    const live = await this.#deps.sessions.open(tx, account, context);
    tx.record({
      action: 'session.open',
      outcome: 'ok',
      target: { type: 'session', id: live.row.id },
      details: { method: account.totpEnc === null ? 'password' : 'password-otp' },
    });
    return live;
  }

  /** Counts a wrong password or code; the fifth locks for 15 minutes. */
  async countFailure(tx: Tx, account: Account, factor: 'password' | 'otp'): Promise<Refusal> {
    const isNowLocked = await noteFailure(tx, account.id, this.#deps.clock.now());
    if (isNowLocked) {
      tx.record({
        action: 'session.lock',
        outcome: 'ok',
        target: { type: 'account', id: account.id },
        reason: factor,
      });
    }
    await this.#deps.onSignInFailed?.(tx, isNowLocked ? account.id : undefined);
    return fail(tx, 'session.credentials_invalid', factor);
  }

  async #refuseUnknown(tx: Tx, username: string): Promise<Refusal> {
    await this.#deps.onSignInFailed?.(tx, undefined);
    const isOverLimit = this.#unknownNames.take(sha256(username).toString('base64url')) > 0;
    return fail(tx, isOverLimit ? 'session.locked' : 'session.credentials_invalid', 'unknown-name');
  }

  /** The step of a right code; the last one again for accounts without a secret. */
  async #checkOtp(account: Account, otp: string | undefined): Promise<number | 'missing' | 'wrong'> {
    if (account.totpEnc === null) return account.totpLastStep;
    if (otp === undefined || otp === '') return 'missing';
    const secret = await this.#deps.crypto.open(totpCell(account.id), account.totpEnc);
    const lastStep = account.totpLastStep;
    return totp.verify({ secret, code: otp, at: this.#deps.clock.now(), lastStep }) ?? 'wrong';
  }
}

function fail(
  tx: Tx,
  code: 'session.locked' | 'session.credentials_invalid' | 'session.otp_required',
  reason: string = code,
): Refusal {
  tx.record({ action: 'session.fail', outcome: 'refused', reason });
  return refuse(code);
}
