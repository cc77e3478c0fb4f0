import { toSnakeCase, type Column } from './columns.ts';
import { postgresType } from './dialect/postgres.ts';
import { allEntities, type Entity } from './entity.ts';
import { keysetCondition, portable, type Statement } from './statements.ts';

/** A sealed column of a row as a walk over its table finds it. */
export interface SealedValue {
  column: string;
  envelope: Buffer;
}

/** One row of a walk. */
export interface SealedRow {
  /** Id the sealed values are bound to. */
  rowId: string;
  /** The key's values, to go on behind and to write to. */
  key: readonly unknown[];
  values: readonly SealedValue[];
}

type Params = Record<string, unknown>;

/** A table with sealed columns, as walks over every value use it. */
export interface SealedTable {
  readonly table: string;
  readonly scope: 'installation' | 'requester';
  /** Rows behind `after` in the order of the key. */
  readonly pageOf: (
    after: readonly unknown[] | undefined,
    limit: number,
  ) => [Statement<Params, Params>, Params];
  readonly read: (row: Params) => SealedRow;
  /**
   * Puts other envelopes in the place of a row's, where all of them are as they were read; changes no row otherwise.
   * Runs for many rows at once.
   */
  readonly rewrite: Statement<Params, never>;
  /** What `rewrite` needs for a row, whose values by column may have a new envelope in `next`. */
  readonly rewriteParams: (row: SealedRow, next: ReadonlyMap<string, Buffer>) => Params;
}

/** Tables whose values are bound to something else than the column `id`. */
const ROW_IDS: Record<string, readonly string[]> = {
  conversation_rating: ['conversationId'],
  flow_run: ['conversationId'],
  stored_file_chunk: ['fileId', 'chunkNo'],
  evaluation_criterion: ['evaluationId', 'criterionId'],
  export_part: ['exportId', 'partNo'],
};
/** Answers kept for a day: they are gone before a walk would matter. */
const SHORT_LIVED: ReadonlySet<string> = new Set(['idempotency_record']);

const tables = new Map<string, SealedTable>();

/**
 * Every declared table with sealed columns, by name. The first call that finds a table declares its statements, so it
 * comes after the modules have declared theirs: when the program is composed.
 */
export function sealedTables(): readonly SealedTable[] {
  return allEntities().flatMap((entity) => {
    const columns = Object.entries(entity.columns).filter(([, { sealed }]) => sealed !== undefined);
    if (columns.length === 0 || SHORT_LIVED.has(entity.table) || entity.table.startsWith('spec_')) return [];
    const table =
      tables.get(entity.table) ??
      sealedTable(
        entity,
        columns.map(([name]) => name),
      );
    tables.set(entity.table, table);
    return [table];
  });
}

function sealedTable(entity: Entity, columns: readonly string[]): SealedTable {
  const { table, primaryKey } = entity;
  const idColumns = ROW_IDS[table] ?? ['id'];
  const kindOf = (name: string) => (entity.columns[name] as Column).kind;
  const wanted = [...new Set([...primaryKey, ...idColumns, ...columns])];
  const order = primaryKey.map((name) => [name, 'asc'] as const);
  const select = (condition: string) =>
    `SELECT ${wanted.map(toSnakeCase).join(', ')} FROM ${table}${condition}
      ORDER BY ${primaryKey.map(toSnakeCase).join(', ')} FETCH FIRST :limit ROWS ONLY`;
  const result = Object.fromEntries(wanted.map((name) => [name, kindOf(name)]));
  const first = portable<Params, Params>(`${table}.sealed`, select(''), {
    params: { limit: 'int' },
    result,
  });
  const behind = keysetCondition(order).replaceAll(':after', ':last');
  const lastKinds = Object.fromEntries(primaryKey.map((name, index) => [`last${index}`, kindOf(name)]));
  const next = portable<Params, Params>(`${table}.sealed_next`, select(` WHERE ${behind}`), {
    params: { limit: 'int', ...lastKinds },
    result,
  });
  const rewrite = rewriteOf(entity, columns);
  return {
    table,
    scope: (entity.columns[columns[0] as string] as Column).sealed?.scope ?? 'installation',
    pageOf(after, limit) {
      if (after === undefined) return [first, { limit }];
      return [next, { limit, ...Object.fromEntries(after.map((value, index) => [`last${index}`, value])) }];
    },
    read: (row) => ({
      rowId: idColumns.map((name) => String(row[name])).join('/'),
      key: primaryKey.map((name) => row[name]),
      values: columns.flatMap((name) => {
        const envelope = row[name] as Buffer | null;
        return envelope === null ? [] : [{ column: toSnakeCase(name), envelope }];
      }),
    }),
    rewrite,
    rewriteParams(row, next) {
      const params: Params = {};
      primaryKey.forEach((name, index) => (params[name] = row.key[index]));
      const old = new Map(row.values.map(({ column, envelope }) => [column, envelope]));
      columns.forEach((name, index) => {
        const column = toSnakeCase(name);
        params[`old${index}`] = old.get(column) ?? null;
        params[`next${index}`] = next.get(column) ?? old.get(column) ?? null;
      });
      return params;
    },
  };
}

/** One statement writes every sealed column of a row: a new version of a row costs more than its bytes. */
function rewriteOf(entity: Entity, columns: readonly string[]): Statement<Params, never> {
  const { table, primaryKey } = entity;
  const kindOf = (name: string) => (entity.columns[name] as Column).kind;
  const names = columns.map(toSnakeCase);
  const isRow = primaryKey.map((name) => `${toSnakeCase(name)} = :${name}`).join(' AND ');
  const set = names.map((name, index) => `${name} = :next${index}`).join(', ');
  const isSame = (text: (name: string, index: number) => string) => names.map(text).join(' AND ');
  const params = Object.fromEntries([
    ...primaryKey.map((name) => [name, kindOf(name)]),
    ...columns.flatMap((_, index) => [
      [`next${index}`, 'sealed'],
      [`old${index}`, 'sealed'],
    ]),
  ]);
  const fresh = [...primaryKey, ...columns.flatMap((_, index) => [`next${index}`, `old${index}`])];
  const arrays = fresh.map((name) => {
    const type = name in entity.columns ? postgresType(entity.columns[name] as Column) : 'bytea';
    return `CAST(:${name} AS ${type}[])`;
  });
  return portable<Params>(
    `${table}.reseal`,
    {
      postgres: `UPDATE ${table} SET ${set} WHERE ${isRow}
        AND ${isSame((name, index) => `${name} IS NOT DISTINCT FROM CAST(:old${index} AS bytea)`)}`,
      postgresMany: `UPDATE ${table} SET ${names.map((name, index) => `${name} = f.next${index}`).join(', ')}
        FROM unnest(${arrays.join(', ')}) AS f (${fresh.map(toSnakeCase).join(', ')})
        WHERE ${primaryKey.map((name) => `${table}.${toSnakeCase(name)} = f.${toSnakeCase(name)}`).join(' AND ')}
        AND ${isSame((name, index) => `${table}.${name} IS NOT DISTINCT FROM f.old${index}`)}`,
      // A BLOB cannot be compared by =, and the comparison of nothing is nothing.
      oracle: `UPDATE ${table} SET ${set} WHERE ${isRow} AND ${isSame(
        (name, index) =>
          `(DBMS_LOB.COMPARE(${name}, :old${index}) = 0 OR (${name} IS NULL AND :old${index} IS NULL))`,
      )}`,
    },
    { params },
  );
}
