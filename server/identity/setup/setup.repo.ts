import { insert, portable, remove, select, type Db, type Tx } from '../../platform/persistence/index.ts';
import {
  accountEntity,
  accountRoleEntity,
  passwordHistoryEntity,
  type AccountRow,
} from '../account.entity.ts';
import { setupCodeEntity, type SetupCodeRow } from './setup.entity.ts';

/** Somebody holds a role: the installation has its administrators, or had them. */
const GRANT_FIRST = select(accountRoleEntity, {
  name: 'account_role.first',
  orderBy: [
    ['accountId', 'asc'],
    ['role', 'asc'],
  ],
  limit: true,
});
const CODE_INSERT = insert(setupCodeEntity);
const CODE_BY_HASH = select(setupCodeEntity, { name: 'setup_code.by_hash', where: ['codeHash'] });
const CODE_COUNT_ONE = portable<{ codeHash: Buffer; now: Date }>(
  'setup_code.count_one',
  'UPDATE setup_code SET made_count = made_count + 1 WHERE code_hash = :codeHash AND expires_at > :now',
  { params: { codeHash: 'bytes', now: 'instant' } },
);
const CODES_CLEAR = portable<Record<never, never>>('setup_code.clear', 'DELETE FROM setup_code', {
  params: {},
});
const WAITING = select(accountEntity, {
  name: 'account.setup_waiting',
  where: ['state'],
  orderBy: [['id', 'asc']],
  limit: true,
});
const HISTORY_REMOVE = remove(passwordHistoryEntity, {
  name: 'password_history.setup_remove',
  where: ['accountId'],
});
const ACCOUNT_REMOVE = remove(accountEntity, { name: 'account.setup_remove', where: ['id'] });

/** More than three never wait. */
const WAITING_MAX = 10;

/** Whether anybody holds a role. */
export async function hasAdministrators(db: Db): Promise<boolean> {
  return (await db.all(GRANT_FIRST, { limit: 1 })).length > 0;
}

/** The code of a hash, expired or not. */
export function findSetupCode(db: Db, codeHash: Buffer): Promise<SetupCodeRow | undefined> {
  return db.one(CODE_BY_HASH, { codeHash });
}

/** Puts one code in the place of all others. */
export async function replaceSetupCode(tx: Tx, row: SetupCodeRow): Promise<void> {
  await tx.run(CODES_CLEAR, {});
  await tx.run(CODE_INSERT, row);
}

/** Counts one more credential and holds the row until the commit; false when the code is not good. */
export async function countCredential(tx: Tx, codeHash: Buffer, now: Date): Promise<boolean> {
  return (await tx.run(CODE_COUNT_ONE, { codeHash, now })) === 1;
}

/** Forgets the code for good. */
export async function clearSetupCodes(tx: Tx): Promise<void> {
  await tx.run(CODES_CLEAR, {});
}

/** Accounts that wait for the other administrators, in the order they were made. */
export function waitingAccounts(db: Db): Promise<AccountRow[]> {
  return db.all(WAITING, { state: 'pending', limit: WAITING_MAX });
}

/** Takes accounts back that never had a role. */
export async function removeWaiting(tx: Tx, rows: readonly Pick<AccountRow, 'id'>[]): Promise<void> {
  await tx.runMany(
    HISTORY_REMOVE,
    rows.map(({ id }) => ({ accountId: id })),
  );
  await tx.runMany(
    ACCOUNT_REMOVE,
    rows.map(({ id }) => ({ id })),
  );
}
