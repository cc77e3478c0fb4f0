import { insert, portable, type Db, type Tx } from '../../platform/persistence/index.ts';
import { staffTokenEntity, type StaffTokenRow } from './staff.entity.ts';
import type { StaffKind } from './staff.rules.ts';

/** Before every id. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

const TOKEN_INSERT = insert(staffTokenEntity);
const TOKENS_REMOVE = portable<{ accountIds: readonly string[] }>(
  'staff_token.remove_of',
  'DELETE FROM staff_token WHERE account_id IN (:accountIds...)',
  { params: { accountIds: 'uuid' } },
);
type Walked = Pick<StaffTokenRow, 'id' | 'accountId' | 'kind' | 'tokenBix'>;
const TOKENS_PAGE = portable<{ lastId: string; version: number; limit: number }, Walked>(
  'staff_token.walk',
  `SELECT id, account_id, kind, token_bix FROM staff_token
    WHERE id > :lastId AND index_version = :version ORDER BY id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { lastId: 'uuid', version: 'int', limit: 'int' },
    result: { id: 'uuid', accountId: 'uuid', kind: 'text', tokenBix: 'bytes' },
  },
);

/** What the list says of one account: how many numbers, never which. */
export interface StaffEntry {
  accountId: string;
  phoneCount: number;
  idNumberCount: number;
  customerNumberCount: number;
  /** Hashed with a key that is no longer in use: they find nobody until they are entered again. */
  staleCount: number;
  changedAt: Date;
}
const ENTRIES = portable<{ lastId: string; version: number; limit: number }, StaffEntry>(
  'staff_token.entries',
  `SELECT account_id, SUM(CASE WHEN kind = 'phone' THEN 1 ELSE 0 END) AS phone_count,
      SUM(CASE WHEN kind = 'id-number' THEN 1 ELSE 0 END) AS id_number_count,
      SUM(CASE WHEN kind = 'customer-number' THEN 1 ELSE 0 END) AS customer_number_count,
      SUM(CASE WHEN index_version <> :version THEN 1 ELSE 0 END) AS stale_count, MAX(added_at) AS changed_at
    FROM staff_token WHERE account_id > :lastId
    GROUP BY account_id ORDER BY account_id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { lastId: 'uuid', version: 'int', limit: 'int' },
    result: {
      ...{ accountId: 'uuid', phoneCount: 'int', idNumberCount: 'int', customerNumberCount: 'int' },
      ...{ staleCount: 'int', changedAt: 'instant' },
    },
  },
);
/** The list as a whole. */
export interface StaffTotals {
  accountCount: number;
  numberCount: number;
  staleCount: number;
}
const TOTALS = portable<{ version: number }, StaffTotals>(
  'staff_token.totals',
  `SELECT COUNT(DISTINCT account_id) AS account_count, COUNT(*) AS number_count,
      COALESCE(SUM(CASE WHEN index_version <> :version THEN 1 ELSE 0 END), 0) AS stale_count FROM staff_token`,
  {
    params: { version: 'int' },
    result: { accountCount: 'int', numberCount: 'int', staleCount: 'int' },
  },
);

/** Adds numbers that are not there. */
export async function insertTokens(tx: Tx, rows: readonly StaffTokenRow[]): Promise<void> {
  await tx.runMany(TOKEN_INSERT, rows);
}

/** Removes all numbers of accounts, at most 500; gives how many there were. */
export function removeTokensOf(tx: Tx, accountIds: readonly string[]): Promise<number> {
  return accountIds.length === 0 ? Promise.resolve(0) : tx.run(TOKENS_REMOVE, { accountIds });
}

/** Numbers that find somebody, by their id, behind `after`. */
export function walkTokens(
  db: Db,
  page: { after: string | undefined; version: number; limit: number },
): Promise<(Walked & { kind: StaffKind })[]> {
  return db.all(TOKENS_PAGE, { lastId: page.after ?? NO_ID, version: page.version, limit: page.limit });
}

/** Accounts with numbers, by their id, behind `after`. */
export function listEntries(
  db: Db,
  page: { after: string | undefined; version: number; limit: number },
): Promise<StaffEntry[]> {
  return db.all(ENTRIES, { lastId: page.after ?? NO_ID, version: page.version, limit: page.limit });
}

/** How much there is. */
export async function countTokens(db: Db, version: number): Promise<StaffTotals> {
  return (await db.one(TOTALS, { version })) ?? { accountCount: 0, numberCount: 0, staleCount: 0 };
}
