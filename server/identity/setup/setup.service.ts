import { AppError, SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import {
  hashPassword,
  passwordFaults,
  randomToken,
  sha256,
  totp,
  type Crypto,
} from '../../platform/crypto/index.ts';
import { refuse, type Refusal } from '../../platform/http/index.ts';
import type { Db, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import {
  decideAccount,
  insertAccount,
  orUsernameTaken,
  rememberPassword,
  replaceRoles,
} from '../account.repo.ts';
import type { AccountRow } from '../account.entity.ts';
import { newAccountRow } from '../account.row.ts';
import { normaliseUsername } from '../account.rules.ts';
import { noteGrants } from '../roles/role.repo.ts';
import {
  clearSetupCodes,
  countCredential,
  findSetupCode,
  hasAdministrators,
  removeWaiting,
  replaceSetupCode,
  waitingAccounts,
} from './setup.repo.ts';

/** The three whose rights exclude each other; each is one person with a credential of its own. */
export const SETUP_ROLES = ['system-admin', 'security-admin', 'audit-admin'] as const;

/** One of them. */
export type SetupRole = (typeof SETUP_ROLES)[number];

/** What making the first administrators needs. */
export interface SetupDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  crypto: Crypto;
}

/** What one administrator enters. */
export interface SetupCredential {
  code: string;
  role: SetupRole;
  username: string;
  displayName: string;
  password: string;
  /** As `stand` gave it; the code proves that an authenticator has it now. */
  totpSecret: string;
  otp: string;
}

/** What is known of a credential before the unit of work. */
export interface PreparedCredential {
  faults: readonly string[];
  hash: string;
  /** Step of the one-time code; undefined when it is wrong. */
  totpStep: number | undefined;
}

/** Who is made already and who is missing. */
export interface SetupStand {
  made: { role: string; username: string }[];
  missing: SetupRole[];
  expiresAt: Date;
}

const CODE_BYTES = 32;
/** Three people have to come together once. */
const CODE_MS = 24 * 3_600_000;

/**
 * The first three administrators of an installation. No account exists before: a code on the server's own command line
 * opens the page, three people make their own credentials there, and the third takes the code away and turns all three on.
 */
export class SetupService {
  readonly #deps: SetupDeps;

  constructor(deps: SetupDeps) {
    this.#deps = deps;
  }

  /** Makes a code; one that was made before, and what was entered under it, is gone. Throws `setup.done`. */
  async begin(tx: Tx): Promise<{ code: string; expiresAt: Date }> {
    if (await hasAdministrators(tx)) throw new AppError('setup.done');
    const code = randomToken(CODE_BYTES);
    const createdAt = this.#deps.clock.now();
    const expiresAt = new Date(createdAt.getTime() + CODE_MS);
    await removeWaiting(tx, await waitingAccounts(tx));
    await replaceSetupCode(tx, { codeHash: sha256(code), madeCount: 0, createdAt, expiresAt });
    tx.record({ action: 'setup.begin', outcome: 'ok', details: { expiresAt: expiresAt.toISOString() } });
    return { code, expiresAt };
  }

  /** Whether the installation has its administrators. */
  isDone(db: Db): Promise<boolean> {
    return hasAdministrators(db);
  }

  /** Who is missing still. Throws `setup.done`, `setup.code_invalid`. */
  async stand(db: Db, code: string): Promise<SetupStand> {
    if (await hasAdministrators(db)) throw new AppError('setup.done');
    const row = await findSetupCode(db, sha256(code));
    if (row === undefined || row.expiresAt <= this.#deps.clock.now())
      throw new AppError('setup.code_invalid');
    const made = madeOf(await waitingAccounts(db));
    const missing = SETUP_ROLES.filter((role) => made.every((one) => one.role !== role));
    return { made, missing, expiresAt: row.expiresAt };
  }

  /** Judges password and one-time code; hashes nothing for somebody without the code. */
  async prepare(credential: SetupCredential): Promise<PreparedCredential> {
    await this.#deps.uow.read((db) => this.stand(db, credential.code));
    const { password, totpSecret, otp } = credential;
    const faults = await passwordFaults(password, { username: normaliseUsername(credential.username) });
    const totpStep = totp.verify({ secret: totpSecret, code: otp, at: this.#deps.clock.now() });
    return { faults, hash: faults.length === 0 ? await hashPassword(password) : '', totpStep };
  }

  /** Keeps one credential; with the third all are active and the code is gone. */
  async add(
    tx: Tx,
    credential: SetupCredential,
    prepared: PreparedCredential,
  ): Promise<SetupStand | Refusal> {
    const { faults, hash, totpStep } = prepared;
    if (faults.length > 0) return refuseIt(tx, 'account.password_weak', { faults: [...faults] });
    if (totpStep === undefined) return refuseIt(tx, 'setup.otp_wrong');
    const { clock, ids, crypto } = this.#deps;
    const at = clock.now();
    const isGood = await countCredential(tx, sha256(credential.code), at);
    if (!isGood) throw new AppError('setup.code_invalid');
    const before = await this.stand(tx, credential.code);
    const { role, username, displayName, totpSecret } = credential;
    if (!before.missing.includes(role)) throw new AppError('setup.role_taken');
    const row: AccountRow = {
      ...newAccountRow({ id: ids.next(), username, displayName, hash, totpSecret, at, crypto }),
      ...{ state: 'pending', pendingRoles: role, totpLastStep: totpStep },
    };
    await orUsernameTaken(() => insertAccount(tx, row, []));
    await rememberPassword(tx, { id: ids.next(), accountId: row.id, passwordHash: hash, createdAt: at });
    const target = { type: 'account', id: row.id };
    tx.record({ action: 'setup.credential', outcome: 'ok', target, details: { role } });
    const after = await this.stand(tx, credential.code);
    if (after.missing.length === 0) await this.#complete(tx);
    return after;
  }

  async #complete(tx: Tx): Promise<void> {
    const grantedAt = this.#deps.clock.now();
    const by = { requestedById: SYSTEM_ACTOR.id, approvedById: SYSTEM_ACTOR.id, grantedAt };
    for (const row of await waitingAccounts(tx)) {
      const { totpEnc, failedCount, lockedUntilAt } = row;
      const decision = { state: 'active', pendingRoles: null, pendingById: null };
      if (!(await decideAccount(tx, row, { ...decision, totpEnc, failedCount, lockedUntilAt }))) {
        throw new AppError('request.version_stale');
      }
      const roles = [row.pendingRoles as string];
      await replaceRoles(tx, { id: row.id, grants: [] }, roles);
      await noteGrants(tx, row.id, { before: [], after: roles, grant: by });
      const target = { type: 'account', id: row.id };
      tx.record({ action: 'account.roles-grant', outcome: 'ok', target, details: { from: [], to: roles } });
    }
    await clearSetupCodes(tx);
    tx.record({ action: 'setup.complete', outcome: 'ok' });
  }
}

/** Builds it; the command line needs nothing else of identity. */
export const createSetup = (deps: SetupDeps) => new SetupService(deps);

function madeOf(rows: readonly AccountRow[]): SetupStand['made'] {
  return rows.map(({ pendingRoles, username }) => ({ role: pendingRoles ?? '', username }));
}

function refuseIt(
  tx: Tx,
  code: 'account.password_weak' | 'setup.otp_wrong',
  details?: { faults: string[] },
): Refusal {
  tx.record({ action: 'setup.credential', outcome: 'refused', reason: code });
  return refuse(code, details);
}
