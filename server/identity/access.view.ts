import { normaliseUsername } from './account.rules.ts';
import { findAccountsByUsername } from './import/import.repo.ts';
import type { Db } from '../platform/persistence/index.ts';
import { listAccounts } from './account.repo.ts';

/** What an account may do and how far that reaches, for a review of rights. */
export interface AccountAccess {
  accountId: string;
  username: string;
  unitId: string;
  /** Last sign-in; null before the first. */
  lastUsedAt: Date | null;
  /** Built-in roles by name, composed ones by the name the bank gave them. */
  roles: { role: string; scope: string; unitId: string }[];
}

/** Active accounts by user name, behind the one named `after`. */
export async function listAccess(
  db: Db,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<AccountAccess[]> {
  const accounts = await listAccounts(db, {
    state: 'active',
    limit,
    after: after === undefined ? undefined : [after],
  });
  return accounts.map(({ id, username, unitId, lastSignInAt, grants, composed }) => {
    const names = new Map(composed.map((role) => [role.id, `${role.nameZh} · ${role.nameEn}`]));
    const roles = grants.map(({ role, kind, unitId: from }) => ({
      ...{ role: names.get(role) ?? role, scope: kind, unitId: from },
    }));
    return { accountId: id, username, unitId, lastUsedAt: lastSignInAt, roles };
  });
}

/** Ids of accounts by their user names as they are typed, at most 500; who is unknown is absent. */
export async function accountIdsByUsername(
  db: Db,
  usernames: readonly string[],
): Promise<Map<string, string>> {
  const accounts = await findAccountsByUsername(db, usernames.map(normaliseUsername));
  const ids = new Map(accounts.map(({ username, id }) => [username, id]));
  return new Map(
    usernames.flatMap((typed) => {
      const id = ids.get(normaliseUsername(typed));
      return id === undefined ? [] : [[typed, id] as const];
    }),
  );
}
