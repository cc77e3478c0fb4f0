import { insert, remove, select, update, type Db, type Tx } from '../../platform/persistence/index.ts';
import { accountEntity } from '../account.entity.ts';
import { withRoles, type Account } from '../account.repo.ts';
import { NO_PASSWORD } from '../account.rules.ts';
import { accountImportEntity, type ImportRecord } from './import.entity.ts';
import { IMPORT_RULES } from './import.rules.ts';

const IMPORT_INSERT = insert(accountImportEntity);
const IMPORT_BY_ID = select(accountImportEntity, { name: 'account_import.by_id', where: ['id'] });
const IMPORTS_OF = select(accountImportEntity, {
  name: 'account_import.of_account',
  where: ['createdById'],
  orderBy: [['id', 'desc']],
  limit: true,
});
const IMPORT_MOVE = update(accountImportEntity, {
  name: 'account_import.move',
  set: ['state', 'rowLines', 'waitingIds', 'appliedAt', 'version'],
  where: ['id', 'version'],
});
const IMPORTS_REMOVE = remove(accountImportEntity, {
  name: 'account_import.remove_of_state',
  where: ['createdById', 'state'],
});
const ACCOUNTS_BY_USERNAME = select(accountEntity, { name: 'account.by_usernames', whereIn: 'username' });
const PASSWORD_FIRST = update(accountEntity, {
  name: 'account.first_password',
  set: ['passwordHash', 'passwordChangedAt', 'mustChangePassword', 'version'],
  where: ['id', 'version', 'passwordHash'],
});

/** Keeps a checked file. */
export async function insertImport(tx: Tx, row: ImportRecord): Promise<void> {
  await tx.run(IMPORT_INSERT, row);
}

/** The import of an id, if any. */
export function findImport(db: Db, id: string): Promise<ImportRecord | undefined> {
  return db.one(IMPORT_BY_ID, { id });
}

/** The newest imports of an account. */
export function listImports(db: Db, createdById: string): Promise<ImportRecord[]> {
  return db.all(IMPORTS_OF, { createdById, limit: IMPORT_RULES.listedMax });
}

/** Changes an import; gives whether it still had the version. */
export async function moveImport(
  tx: Tx,
  row: ImportRecord,
  change: Partial<Pick<ImportRecord, 'state' | 'rowLines' | 'waitingIds' | 'appliedAt'>>,
): Promise<boolean> {
  const { state, rowLines, waitingIds, appliedAt } = { ...row, ...change };
  const set = { state, rowLines, waitingIds, appliedAt, version: row.version + 1 };
  return (await tx.run(IMPORT_MOVE, { ...set, whereId: row.id, whereVersion: row.version })) === 1;
}

/** Forgets files of an account that were only checked. */
export async function removeChecked(tx: Tx, createdById: string): Promise<void> {
  await tx.run(IMPORTS_REMOVE, { createdById, state: 'checked' });
}

/** The accounts of at most 500 normalised user names, in no order. */
export async function findAccountsByUsername(db: Db, usernames: readonly string[]): Promise<Account[]> {
  if (usernames.length === 0) return [];
  return withRoles(db, await db.all(ACCOUNTS_BY_USERNAME, { usernameList: [...new Set(usernames)] }));
}

/** Gives accounts their first, temporary password; false when one of them has changed or has one already. */
export async function setFirstPasswords(
  tx: Tx,
  entries: readonly { account: Account; hash: string }[],
  at: Date,
): Promise<boolean> {
  const changed = await tx.runMany(
    PASSWORD_FIRST,
    entries.map(({ account, hash }) => ({
      ...{ passwordHash: hash, passwordChangedAt: at, mustChangePassword: true },
      version: account.version + 1,
      ...{ whereId: account.id, whereVersion: account.version, wherePasswordHash: NO_PASSWORD },
    })),
  );
  return changed === entries.length;
}
