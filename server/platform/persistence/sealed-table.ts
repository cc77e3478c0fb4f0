import { toSnakeCase, type Column } from './columns.ts';
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
  /** Puts another envelope in the place of one that is still there; changes no row otherwise. */
  readonly replace: (row: SealedRow, value: SealedValue, next: Buffer) => [Statement<Params, never>, Params];
}

/** Tables whose values are bound to something else than the column `id`. */
const ROW_IDS: Record<string, readonly string[]> = {
  conversation_rating: ['conversationId'],
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
  const isRow = primaryKey.map((name) => `${toSnakeCase(name)} = :${name}`).join(' AND ');
  const keyKinds = Object.fromEntries(primaryKey.map((name) => [name, kindOf(name)]));
  const replacements = new Map(
    columns.map((name) => {
      const column = toSnakeCase(name);
      const set = `UPDATE ${table} SET ${column} = :nextValue WHERE ${isRow} AND`;
      const statement = portable<Params>(
        `${table}.reseal_${column}`,
        {
          postgres: `${set} ${column} = :oldValue`,
          // A BLOB cannot be compared by =.
          oracle: `${set} DBMS_LOB.COMPARE(${column}, :oldValue) = 0`,
        },
        { params: { ...keyKinds, nextValue: 'sealed', oldValue: 'sealed' } },
      );
      return [column, statement];
    }),
  );
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
    replace(row, { column, envelope }, nextValue) {
      const key = Object.fromEntries(primaryKey.map((name, index) => [name, row.key[index]]));
      const statement = replacements.get(column) as Statement<Params, never>;
      return [statement, { ...key, nextValue, oldValue: envelope }];
    },
  };
}
