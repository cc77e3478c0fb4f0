import { col, toSnakeCase } from '../columns.ts';
import { postgresType } from '../dialect/postgres.ts';
import { LIST_ITEMS_MAX } from '../dialect/index.ts';
import { allEntities, defineEntity, type Entity, type RowOf } from '../entity.ts';
import type { Session } from '../session.ts';
import { insert, portable, select, update, type Statement } from '../statements.ts';

const databaseCopyEntity = defineEntity(
  'database_copy',
  {
    installationId: col.uuid(),
    state: col.text(10),
    startedAt: col.instant(),
    verifiedAt: col.instant().optional(),
  },
  { primaryKey: ['installationId'] },
);
const copiedTableEntity = defineEntity(
  'copied_table',
  {
    name: col.text(29),
    copiedRows: col.int(),
    digest: col.text(64),
    lastKey: col.json<(string | number)[]>().optional(),
    isWhole: col.flag(),
  },
  { primaryKey: ['name'] },
);

/** How far one table has come. */
export type CopiedTable = RowOf<typeof copiedTableEntity>;
/** A row of any table, by property. */
export type AnyRow = Record<string, unknown>;

export const COPY_INSERT = insert(databaseCopyEntity);
export const COPY_FIRST = select(databaseCopyEntity, {
  name: 'database_copy.first',
  orderBy: [['startedAt', 'asc']],
  limit: true,
});
export const COPY_END = update(databaseCopyEntity, {
  name: 'database_copy.end',
  set: ['state', 'verifiedAt'],
  where: ['installationId', 'state'],
});
export const TABLE_INSERT = insert(copiedTableEntity);
export const TABLES = select(copiedTableEntity, { name: 'copied_table.list', orderBy: [['name', 'asc']] });
/** By the rows counted before: of two copies at once one moves on, the other stops. */
export const TABLE_MOVE = update(copiedTableEntity, {
  name: 'copied_table.move',
  set: ['copiedRows', 'digest', 'lastKey', 'isWhole'],
  where: ['name', 'copiedRows', 'isWhole'],
});
export const LEASE_LIVE = portable<{ now: Date }, { name: string }>(
  'copy.live_leases',
  'SELECT name FROM lease WHERE until_at > :now ORDER BY name',
  { params: { now: 'instant' }, result: { name: 'text' } },
);

/** How a copy reads and writes one table. */
export interface TableAccess {
  /** Columns and key as a row of the copy has them. */
  entity: Entity;
  /** Rows by primary key behind `after`, the first ones without it. */
  read(db: Session, limit: number, after?: readonly unknown[]): Promise<AnyRow[]>;
  /** Writes a page, at most 500 rows, in one round trip. */
  write(db: Session, rows: readonly AnyRow[]): Promise<void>;
}

/** Tables that say where data is or who is working, and what the indexer builds anew when it finds no mark. */
export const NOT_COPIED: ReadonlySet<string> = new Set([
  ...['database_copy', 'copied_table', 'lease', 'server_node', 'bus_notice'],
  ...['message_token', 'search_mark'],
]);

/** Tables that a fresh schema has rows in; the copy replaces them. Children first. */
export const SEEDED = ['unit_closure', 'org_unit', 'org_tree', 'sweep_guard', 'audit_tally_place'] as const;

export const SEED_DELETES = SEEDED.map((table) =>
  portable<Record<never, never>>(`copy.${table}.clear`, `DELETE FROM ${table}`, { params: {} }),
);

/** Foreign keys as [table, table it points to]. A row can only be written after the one it points to. */
export const FOREIGN_KEYS: readonly (readonly [string, string])[] = [
  ['access_review_item', 'access_review'],
  ['account', 'org_unit'],
  ['account_address', 'account'],
  ['account_recovery_code', 'account'],
  ['account_role', 'account'],
  ['account_role', 'org_unit'],
  ['account_session', 'account'],
  ['article_import_row', 'article_import'],
  ['audit_purge_chunk', 'audit_purge'],
  ['connector_call', 'connector'],
  ['connector_sample', 'connector'],
  ['connector_secret', 'connector'],
  ['connector_write', 'connector'],
  ['dead_letter', 'outbox_event'],
  ['evaluation', 'score_card'],
  ['evaluation_criterion', 'evaluation'],
  ['export_part', 'export_request'],
  ['learning_member', 'learning_proposal'],
  ['notice_delivery', 'notify_channel'],
  ['password_history', 'account'],
  ['role_grant', 'account'],
  ['scim_group_member', 'scim_group'],
  ['scim_group_member', 'scim_user'],
  ['scim_user', 'account'],
  ['skill_group_member', 'account'],
  ['skill_group_member', 'skill_group'],
  ['sso_identity', 'account'],
  ['sso_idp_certificate', 'sso_idp'],
  ['stored_file_chunk', 'stored_file'],
  ['sweep_chunk', 'sweep_run'],
  ['unit_closure', 'org_unit'],
  ['webhook_delivery', 'webhook'],
];

/** Columns that point into their own table; its rows are sorted so that none points ahead. */
export const SELF_REFERENCES: Readonly<Record<string, readonly string[]>> = {
  org_unit: ['parentId', 'successorId'],
};

/** Tables of search tokens, which have no row of their own in either database's sense, with the column of their owner. */
export const TOKEN_TABLES: readonly (readonly [string, string])[] = [
  ['ticket_token', 'ticket_id'],
  ['requester_token', 'requester_id'],
  ['custom_value_token', 'value_id'],
];

/** Every declared table to copy, those that others point to first. */
export function copyOrder(): Entity[] {
  const entities = new Map(
    allEntities()
      .filter(({ table }) => !NOT_COPIED.has(table) && !table.startsWith('spec_'))
      .map((entity) => [entity.table, entity]),
  );
  const ordered = new Map<string, Entity>();
  const visit = (table: string): void => {
    const entity = entities.get(table);
    if (!entity || ordered.has(table)) return;
    for (const [child, parent] of FOREIGN_KEYS) if (child === table) visit(parent);
    ordered.set(table, entity);
  };
  for (const table of entities.keys()) visit(table);
  return [...ordered.values()];
}

/** Declares the statements of every table declared so far; to be called once, when all modules are loaded. */
export function copyTables(): TableAccess[] {
  return [...copyOrder().map(ordinary), ...TOKEN_TABLES.map(([table, owner]) => ofTokens(table, owner))];
}

function ordinary(entity: Entity): TableAccess {
  const page = select(entity, {
    name: `copy.${entity.table}.page`,
    orderBy: entity.primaryKey.map((key) => [key as never, 'asc'] as const),
    keyset: true,
    limit: true,
  }) as unknown as Statement<{ limit: number; after?: readonly unknown[] }, AnyRow>;
  const columns = Object.entries(entity.columns);
  const names = columns.map(([property]) => toSnakeCase(property)).join(', ');
  const arrays = columns.map(([property, column]) => `CAST(:${property}... AS ${postgresType(column)}[])`);
  const put = portable<AnyRow>(
    `copy.${entity.table}.insert`,
    {
      postgres: `INSERT INTO ${entity.table} (${names}) SELECT * FROM unnest(${arrays.join(', ')})`,
      oracle: `INSERT INTO ${entity.table} (${names}) VALUES (${columns.map(([key]) => `:${key}`).join(', ')})`,
    },
    { params: Object.fromEntries(columns.map(([property, { kind }]) => [property, kind])) },
  );
  return {
    entity,
    read: (db, limit, after) => db.all(page, after ? { limit, after } : { limit }),
    async write(db, rows) {
      if (db.dialectName === 'oracle') await db.runMany(put, rows);
      else
        await db.run(
          put,
          byColumn(
            columns.map(([property]) => property),
            rows,
          ),
        );
    },
  };
}

/** Before every id. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Search tokens: an array per row on PostgreSQL, a row per token on Oracle. In a copy the tokens are one text, sorted, so that
 * both say the same.
 */
function ofTokens(table: string, owner: string): TableAccess {
  const page = portable<{ behind: string; limit: number }, { ownerId: string; tokenText: string }>(
    `copy.${table}.page`,
    {
      postgres: `SELECT ${owner} AS owner_id, array_to_string(tokens, ',') AS token_text FROM ${table}
        WHERE ${owner} > :behind ORDER BY ${owner} FETCH FIRST :limit ROWS ONLY`,
      oracle: `SELECT k.${owner} AS owner_id, TO_CHAR(k.tokens) AS token_text FROM ${table} k
        WHERE k.${owner} IN (SELECT d.${owner} FROM (SELECT DISTINCT ${owner} FROM ${table} WHERE ${owner} > :behind
          ORDER BY ${owner} FETCH FIRST :limit ROWS ONLY) d) ORDER BY k.${owner}`,
    },
    { params: { behind: 'uuid', limit: 'int' }, result: { ownerId: 'uuid', tokenText: 'clob' } },
  );
  const put = portable<AnyRow>(
    `copy.${table}.insert`,
    {
      postgres: `INSERT INTO ${table} (${owner}, tokens) SELECT x.a, CAST(x.b AS bigint[])
        FROM unnest(CAST(:ownerId... AS uuid[]), CAST(:tokenText... AS text[])) AS x (a, b)`,
      oracle: `INSERT INTO ${table} (${owner}, tokens) VALUES (:ownerId, CAST(:tokenText AS NUMBER(19)))`,
    },
    { params: { ownerId: 'uuid', tokenText: 'text' } },
  );
  return {
    entity: { table, columns: TOKEN_ROW, primaryKey: ['ownerId'] },
    async read(db, limit, [after = NO_ID] = []) {
      const tokens = new Map<string, string[]>();
      for (const { ownerId, tokenText } of await db.all(page, { behind: after as string, limit })) {
        const own = tokens.get(ownerId) ?? [];
        tokens.set(ownerId, [...own, ...(tokenText ?? '').split(',').filter(Boolean)]);
      }
      return [...tokens].map(([ownerId, list]) => ({
        ownerId,
        tokenText: [...new Set(list.map((token) => token.trim()))].sort().join(','),
      }));
    },
    async write(db, rows) {
      if (db.dialectName === 'postgres') {
        const literals = rows.map((row) => ({ ...row, tokenText: `{${String(row.tokenText)}}` }));
        await db.run(put, byColumn(['ownerId', 'tokenText'], literals));
        return;
      }
      const single = rows.flatMap(({ ownerId, tokenText }) =>
        String(tokenText)
          .split(',')
          .map((token) => ({ ownerId, tokenText: token })),
      );
      for (let at = 0; at < single.length; at += LIST_ITEMS_MAX) {
        await db.runMany(put, single.slice(at, at + LIST_ITEMS_MAX));
      }
    },
  };
}

const TOKEN_ROW = { ownerId: col.uuid(), tokenText: col.clob() };

/** A page as one list per column. */
function byColumn(properties: readonly string[], rows: readonly AnyRow[]): AnyRow {
  return Object.fromEntries(properties.map((property) => [property, rows.map((row) => row[property])]));
}

/** Counts the rows of some tables. */
type CountStatement = Statement<Record<never, never>, { tableName: string; entryCount: number }>;
/** Tables that one counting statement names; parsers of SQL give up on endless unions. */
const COUNTED_AT_ONCE = 30;

/** Statements that together count the rows of every table, as `copyTables` reads them. */
export function countStatements(): CountStatement[] {
  const plain = copyOrder().map(({ table }) => [table, '*'] as const);
  const ofOwners = TOKEN_TABLES.map(([table, owner]) => [table, `DISTINCT ${owner}`] as const);
  const all = [...plain, ...ofOwners].map(
    ([table, what]) => `SELECT '${table}' AS table_name, COUNT(${what}) AS entry_count FROM ${table}`,
  );
  const parts = Array.from({ length: Math.ceil(all.length / COUNTED_AT_ONCE) }, (_, part) =>
    all.slice(part * COUNTED_AT_ONCE, (part + 1) * COUNTED_AT_ONCE).join(' UNION ALL '),
  );
  return parts.map((sql, part) =>
    portable<Record<never, never>, { tableName: string; entryCount: number }>(`copy.count_${part + 1}`, sql, {
      params: {},
      result: { tableName: 'text', entryCount: 'int' },
    }),
  );
}
