import {
  col,
  defineEntity,
  insert,
  portable,
  remove,
  select,
  update,
  type Db,
  type RowOf,
  type Tx,
} from '../platform/persistence/index.ts';
import { ACCOUNT_RULES } from './account.rules.ts';

/** Addresses that somebody signed in from, as keyed hashes; each fails and locks by itself. */
export const accountAddressEntity = defineEntity(
  'account_address',
  {
    accountId: col.uuid(),
    addressHash: col.bytes(8),
    succeededAt: col.instant(),
    failedCount: col.int(),
    lockedUntilAt: col.instant().optional(),
  },
  { primaryKey: ['accountId', 'addressHash'] },
);

/** Row of `account_address`. */
export type AccountAddressRow = RowOf<typeof accountAddressEntity>;

/** Codes that stand in for a lost authenticator, each once; keyed hashes. */
export const recoveryCodeEntity = defineEntity(
  'account_recovery_code',
  { accountId: col.uuid(), codeHash: col.bytes(8) },
  { primaryKey: ['accountId', 'codeHash'] },
);

const ADDRESS_INSERT = insert(accountAddressEntity);
const ADDRESS_BY_HASH = select(accountAddressEntity, {
  name: 'account_address.by_hash',
  where: ['accountId', 'addressHash'],
});
const ADDRESS_SUCCEEDED = update(accountAddressEntity, {
  name: 'account_address.succeeded',
  set: ['succeededAt', 'failedCount', 'lockedUntilAt'],
  where: ['accountId', 'addressHash', 'failedCount'],
});
const ADDRESS_FAILED = portable<{ accountId: string; addressHash: Buffer }>(
  'account_address.failed',
  `UPDATE account_address SET failed_count = failed_count + 1
    WHERE account_id = :accountId AND address_hash = :addressHash`,
  { params: { accountId: 'uuid', addressHash: 'bytes' } },
);
const ADDRESS_LOCK = update(accountAddressEntity, {
  name: 'account_address.lock',
  set: ['failedCount', 'lockedUntilAt'],
  where: ['accountId', 'addressHash'],
});
const ADDRESSES_UNLOCK = update(accountAddressEntity, {
  name: 'account_address.unlock',
  set: ['failedCount', 'lockedUntilAt'],
  where: ['accountId'],
});
const ADDRESSES_PURGE = portable<{ before: Date }>(
  'account_address.purge',
  'DELETE FROM account_address WHERE succeeded_at < :before',
  { params: { before: 'instant' } },
);
const CODE_INSERT = insert(recoveryCodeEntity);
const CODE_TAKE = remove(recoveryCodeEntity, {
  name: 'account_recovery_code.take',
  where: ['accountId', 'codeHash'],
});
const CODES_REMOVE = remove(recoveryCodeEntity, {
  name: 'account_recovery_code.remove_all',
  where: ['accountId'],
});
const CODE_COUNT = portable<{ accountId: string }, { codeCount: number }>(
  'account_recovery_code.count',
  'SELECT COUNT(*) AS code_count FROM account_recovery_code WHERE account_id = :accountId',
  { params: { accountId: 'uuid' }, result: { codeCount: 'int' } },
);

/** The address of an account if somebody signed in from it in the last 30 days. */
export async function findKnownAddress(
  db: Db,
  address: { accountId: string; addressHash: Buffer },
  now: Date,
): Promise<AccountAddressRow | undefined> {
  const row = await db.one(ADDRESS_BY_HASH, address);
  const isKnown = row && now.getTime() - row.succeededAt.getTime() <= ACCOUNT_RULES.addressKnownMs;
  return isKnown ? row : undefined;
}

/**
 * Notes a sign-in from an address. The account's row is held by this unit already, so that two at once come one after
 * the other; false when one failed from a known address meanwhile.
 */
export async function noteAddress(
  tx: Tx,
  address: { accountId: string; addressHash: Buffer; at: Date; known: AccountAddressRow | undefined },
): Promise<boolean> {
  const { accountId, addressHash, at, known } = address;
  const fresh = { succeededAt: at, failedCount: 0, lockedUntilAt: null };
  const row = known ?? (await tx.one(ADDRESS_BY_HASH, { accountId, addressHash }));
  if (row === undefined) {
    await tx.run(ADDRESS_INSERT, { accountId, addressHash, ...fresh });
    return true;
  }
  const where = { whereAccountId: accountId, whereAddressHash: addressHash };
  return (await tx.run(ADDRESS_SUCCEEDED, { ...fresh, ...where, whereFailedCount: row.failedCount })) === 1;
}

/** Counts a failure from a known address and locks it at the fifth; gives whether it locked. */
export async function noteAddressFailure(tx: Tx, address: AccountAddressRow, at: Date): Promise<boolean> {
  const { accountId, addressHash } = address;
  await tx.run(ADDRESS_FAILED, { accountId, addressHash });
  const row = await tx.one(ADDRESS_BY_HASH, { accountId, addressHash });
  if (row === undefined || row.failedCount < ACCOUNT_RULES.failuresMax) return false;
  const lockedUntilAt = new Date(at.getTime() + ACCOUNT_RULES.lockMs);
  const where = { whereAccountId: accountId, whereAddressHash: addressHash };
  await tx.run(ADDRESS_LOCK, { failedCount: 0, lockedUntilAt, ...where });
  return true;
}

/** Lifts the locks of all addresses of an account. */
export async function unlockAddresses(tx: Tx, accountId: string): Promise<void> {
  await tx.run(ADDRESSES_UNLOCK, { failedCount: 0, lockedUntilAt: null, whereAccountId: accountId });
}

/** Forgets addresses nobody signed in from since an instant; gives their number. */
export function purgeAddresses(tx: Tx, before: Date): Promise<number> {
  return tx.run(ADDRESSES_PURGE, { before });
}

/** Replaces the recovery codes of an account. */
export async function replaceRecoveryCodes(
  tx: Tx,
  accountId: string,
  hashes: readonly Buffer[],
): Promise<void> {
  await tx.run(CODES_REMOVE, { accountId });
  await tx.runMany(
    CODE_INSERT,
    hashes.map((codeHash) => ({ accountId, codeHash })),
  );
}

/** Takes a recovery code, once: true for exactly one of those who try. */
export async function takeRecoveryCode(tx: Tx, accountId: string, codeHash: Buffer): Promise<boolean> {
  return (await tx.run(CODE_TAKE, { accountId, codeHash })) === 1;
}

/** How many recovery codes an account has left. */
export async function countRecoveryCodes(db: Db, accountId: string): Promise<number> {
  return (await db.one(CODE_COUNT, { accountId }))?.codeCount ?? 0;
}
