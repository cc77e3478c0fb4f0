import { AppError, type Clock } from '../kernel/index.ts';
import { sha256, totp, verifyPassword, type Crypto } from '../platform/crypto/index.ts';
import { createRateLimiter, refuse, type Refusal, type RequestContext } from '../platform/http/index.ts';
import type { Tx, UnitOfWork } from '../platform/persistence/index.ts';
import { findAccount, findAccountByUsername, type Account } from './account.repo.ts';
import { ACCOUNT_RULES, isDormant, isLocked, normaliseUsername } from './account.rules.ts';
import {
  findKnownAddress,
  noteAddress,
  noteAddressFailure,
  takeRecoveryCode,
  type AccountAddressRow,
} from './known-address.repo.ts';
import { lockAccount, noteFailure, noteKnownSignIn, noteSignIn } from './sign-in.repo.ts';
import type { LocalPath } from './local-path.ts';
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
  /** Whether an account may come in by its password, now and from there; see `local-path.ts`. */
  localPath(account: Account, from: Pick<RequestContext, 'ip' | 'certificateName'>): Promise<LocalPath>;
  /** Somebody came in by an emergency account; in the unit of work of the sign-in. */
  onBreakGlass?(tx: Tx, accountId: string): Promise<void>;
  /** An account that nobody used for longer is turned off at its next sign-in. */
  dormantMs: number;
  disableDormant(tx: Tx, account: Account): Promise<Account | undefined>;
}

/** Where somebody tries to come in from. */
interface Place {
  addressHash: Buffer;
  /** Somebody signed in from there in the last 30 days. */
  known: AccountAddressRow | undefined;
}

/** Ten letters and digits without those that look alike, in two groups. */
const RECOVERY_CODE = /^[a-z2-7]{5}-[a-z2-7]{5}$/;
/** Password hashes being computed at once; each takes 32 MiB for 60 ms, and more would starve everybody. */
const CHECKS_MAX = 64;
/** Actor of failures under a name nobody has; the name itself is not kept, for people type passwords there. */
const UNKNOWN_ACCOUNT = 'unknown';

/** Name of the keyed hash of recovery codes. */
export const RECOVERY_INDEX = 'account.recovery';

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
    const place = await this.#placeOf(tx, account.id, context.ip);
    if (isLocked(place.known ?? account, now)) return fail(tx, 'session.locked');
    if (!checked.isPasswordRight) return this.#countFailure(tx, account, { place, factor: 'password' });
    if (account.state !== 'active')
      return fail(tx, 'session.credentials_invalid', `account-${account.state}`);
    const isUnused = isDormant(account, now, this.#deps.dormantMs);
    if (isUnused && (await this.#deps.disableDormant(tx, account)) !== undefined)
      return fail(tx, 'session.credentials_invalid', 'dormant');
    const code = await this.checkCode(tx, account, signIn.otp);
    if (code === 'missing') return fail(tx, 'session.otp_required');
    if (code === 'wrong') return this.#countFailure(tx, account, { place, factor: 'otp' });
    const path = await this.#deps.localPath(account, context);
    if (path === 'closed') return fail(tx, 'session.sso_only');
    if (!(await this.#note(tx, account, { at: now, totpStep: code.totpStep, place })))
      return fail(tx, 'session.credentials_invalid', 'race');
    if (path === 'break-glass') await this.#noteBreakGlass(tx, account);
    return this.#open(tx, account, context, code.isRecovery);
  }

  async #open(tx: Tx, account: Account, context: RequestContext, isRecovery: boolean): Promise<LiveSession> {
    const live = await this.#deps.sessions.open(tx, account, context);
    const second = isRecovery ? 'password-recovery' : 'password-otp';
    tx.record({
      action: 'session.open',
      outcome: 'ok',
      target: { type: 'session', id: live.row.id },
      details: { method: account.totpEnc === null ? 'password' : second },
    });
    return live;
  }

  async #noteBreakGlass(tx: Tx, account: Account): Promise<void> {
    tx.record({ action: 'session.break-glass', outcome: 'ok', target: { type: 'account', id: account.id } });
    await this.#deps.onBreakGlass?.(tx, account.id);
  }

  async #placeOf(tx: Tx, accountId: string, ip: string): Promise<Place> {
    const addressHash = this.#deps.crypto.blindIndex('account.address', ip);
    const known = await findKnownAddress(tx, { accountId, addressHash }, this.#deps.clock.now());
    return { addressHash, known };
  }

  /** From a known address nothing that happened elsewhere stands in the way. */
  async #note(
    tx: Tx,
    account: Account,
    signIn: { at: Date; totpStep: number; place: Place },
  ): Promise<boolean> {
    const { place, ...rest } = signIn;
    const { addressHash, known } = place;
    const isNoted = await (known === undefined ? noteSignIn : noteKnownSignIn)(tx, account, rest);
    return isNoted && noteAddress(tx, { accountId: account.id, addressHash, at: signIn.at, known });
  }

  /** Counts a wrong password or code of somebody who is signed in; the fifth locks as at the sign-in. */
  async countFailure(
    tx: Tx,
    account: Account,
    { ip, factor }: { ip: string; factor: 'password' | 'otp' },
  ): Promise<Refusal> {
    return this.#countFailure(tx, account, { place: await this.#placeOf(tx, account.id, ip), factor });
  }

  /** Whether failures from there have locked the account. */
  async isLockedAt(tx: Tx, account: Account, ip: string): Promise<boolean> {
    const { known } = await this.#placeOf(tx, account.id, ip);
    return isLocked(known ?? account, this.#deps.clock.now());
  }

  /** The fifth failure locks the account for 15 minutes: there, and wherever nobody signed in from lately. */
  async #countFailure(
    tx: Tx,
    account: Account,
    { place: { known }, factor }: { place: Place; factor: 'password' | 'otp' },
  ): Promise<Refusal> {
    const now = this.#deps.clock.now();
    const isNowLocked = await (known === undefined
      ? noteFailure(tx, account.id, now)
      : noteAddressFailure(tx, known, now));
    if (isNowLocked) {
      if (known !== undefined) await lockAccount(tx, account.id, now);
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

  /** The step of a right code, or that a recovery code was taken; accounts without a secret need none. */
  async checkCode(
    tx: Tx,
    account: Account,
    otp: string | undefined,
  ): Promise<{ totpStep: number; isRecovery: boolean } | 'missing' | 'wrong'> {
    const lastStep = account.totpLastStep;
    if (account.totpEnc === null) return { totpStep: lastStep, isRecovery: false };
    if (otp === undefined || otp === '') return 'missing';
    if (RECOVERY_CODE.test(otp)) {
      const isTaken = await takeRecoveryCode(
        tx,
        account.id,
        this.#deps.crypto.blindIndex(RECOVERY_INDEX, otp),
      );
      return isTaken ? { totpStep: lastStep, isRecovery: true } : 'wrong';
    }
    const secret = await this.#deps.crypto.open(totpCell(account.id), account.totpEnc);
    const totpStep = totp.verify({ secret, code: otp, at: this.#deps.clock.now(), lastStep });
    return totpStep === undefined ? 'wrong' : { totpStep, isRecovery: false };
  }
}

function fail(
  tx: Tx,
  code: 'session.locked' | 'session.credentials_invalid' | 'session.otp_required' | 'session.sso_only',
  reason: string = code,
): Refusal {
  tx.record({ action: 'session.fail', outcome: 'refused', reason });
  return refuse(code);
}
