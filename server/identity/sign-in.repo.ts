import { portable, update, type Tx } from '../platform/persistence/index.ts';
import { accountEntity, type AccountRow } from './account.entity.ts';
import { ACCOUNT_RULES } from './account.rules.ts';

const ACCOUNT_SIGNED_IN = update(accountEntity, {
  name: 'account.signed_in',
  set: ['failedCount', 'lockedUntilAt', 'lastSignInAt', 'totpLastStep'],
  where: ['id', 'failedCount', 'totpLastStep'],
});
const ACCOUNT_SIGNED_IN_KNOWN = update(accountEntity, {
  name: 'account.signed_in_known',
  set: ['lastSignInAt', 'totpLastStep'],
  where: ['id', 'totpLastStep'],
});
const ACCOUNT_FAILED = portable<{ id: string }>(
  'account.failed',
  'UPDATE account SET failed_count = failed_count + 1 WHERE id = :id',
  { params: { id: 'uuid' } },
);
const ACCOUNT_LOCK = update(accountEntity, {
  name: 'account.lock',
  set: ['failedCount', 'lockedUntilAt'],
  where: ['id'],
});
const ACCOUNT_FAILURES = portable<{ id: string }, { failedCount: number }>(
  'account.failures',
  'SELECT failed_count FROM account WHERE id = :id',
  { params: { id: 'uuid' }, result: { failedCount: 'int' } },
);

/**
 * Notes a successful sign-in. Gives false when a failure or the same one-time code came in between, so that guesses
 * sent at once gain nothing over guesses in a row.
 */
export async function noteSignIn(
  tx: Tx,
  account: AccountRow,
  signIn: { at: Date; totpStep: number },
): Promise<boolean> {
  const changed = await tx.run(ACCOUNT_SIGNED_IN, {
    failedCount: 0,
    lockedUntilAt: null,
    lastSignInAt: signIn.at,
    totpLastStep: signIn.totpStep,
    whereId: account.id,
    whereFailedCount: account.failedCount,
    whereTotpLastStep: account.totpLastStep,
  });
  return changed === 1;
}

/**
 * Notes a sign-in that no guess elsewhere may stand in the way of: from a known address, or through an identity provider.
 * Gives false when the same one-time code came in between.
 */
export async function noteKnownSignIn(
  tx: Tx,
  account: Pick<AccountRow, 'id' | 'totpLastStep'>,
  signIn: { at: Date; totpStep: number },
): Promise<boolean> {
  const changed = await tx.run(ACCOUNT_SIGNED_IN_KNOWN, {
    lastSignInAt: signIn.at,
    totpLastStep: signIn.totpStep,
    whereId: account.id,
    whereTotpLastStep: account.totpLastStep,
  });
  return changed === 1;
}

/** Notes a sign-in that takes no one-time code, with the last writes of the unit. */
export function noteSignInElsewhere(
  tx: Tx,
  { id, totpLastStep }: Pick<AccountRow, 'id' | 'totpLastStep'>,
  at: Date,
): void {
  const step = { totpLastStep, whereTotpLastStep: totpLastStep };
  tx.later(ACCOUNT_SIGNED_IN_KNOWN, { lastSignInAt: at, whereId: id, ...step });
}

/** Locks an account for every address that nobody signed in from lately. */
export async function lockAccount(tx: Tx, id: string, at: Date): Promise<void> {
  const lockedUntilAt = new Date(at.getTime() + ACCOUNT_RULES.lockMs);
  await tx.run(ACCOUNT_LOCK, { failedCount: 0, lockedUntilAt, whereId: id });
}

/** Counts a failure and locks at the fifth; gives whether it locked. The row stays locked until the commit. */
export async function noteFailure(tx: Tx, id: string, at: Date): Promise<boolean> {
  await tx.run(ACCOUNT_FAILED, { id });
  const row = await tx.one(ACCOUNT_FAILURES, { id });
  if (row === undefined || row.failedCount < ACCOUNT_RULES.failuresMax) return false;
  await lockAccount(tx, id, at);
  return true;
}
