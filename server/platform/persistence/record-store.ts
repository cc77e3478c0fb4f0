import type { RecordClass, RecordCursor, RecordSubject, Thresholds } from '../../kernel/index.ts';
import { toSnakeCase, type Columns } from './columns.ts';
import type { Entity } from './entity.ts';
import { keysetCondition, portable } from './statements.ts';
import type { Db, Tx } from './unit.ts';

/** One archived row: its table, the id its sealed values are bound to, and its columns by their name. */
export interface OwnedRow {
  table: string;
  rowId: string;
  columns: Record<string, unknown>;
}

/** Rows of one table that are part of records and go with them. */
export interface OwnedRows {
  readonly table: string;
  /** The rows of these records, page by page for the archive; absent for what can be made again (search tokens). */
  read?(db: Db, recordIds: readonly string[]): AsyncIterable<OwnedRow[]>;
  /** Deletes the rows of these records; gives their number. */
  remove(tx: Tx, recordIds: readonly string[]): Promise<number>;
}

/**
 * Port: how the life cycle reaches the records of a module without knowing it. Lists have at most 500 ids.
 * A store with `due` has records that end by themselves. One without goes along with the records of another class:
 * its rows are removed with theirs, and `keeping` says how long it keeps them.
 */
export interface RecordStore {
  /** Permanent, names where an interrupted sweep goes on: `desk.ticket`. */
  readonly name: string;
  readonly recordClass: RecordClass;
  /** The class whose records its rows belong to, where that is another one. */
  readonly attachedTo?: RecordClass;
  /** Records whose period is over, in the order of the cursor. */
  due?(
    db: Db,
    query: { thresholds: Thresholds; after: RecordCursor | null; limit: number },
  ): Promise<{ record: RecordSubject; cursor: RecordCursor }[]>;
  /**
   * Locks these records and gives the ids of those that are still there, still over, and kept alive by no other row.
   * The deletion of the same unit of work goes by its answer.
   */
  lock?(tx: Tx, ids: readonly string[], thresholds: Thresholds): Promise<string[]>;
  /** Which of the accounts had a part in which of these records, beyond what their rows name. */
  involved?(
    db: Db,
    ids: readonly string[],
    accountIds: readonly string[],
  ): Promise<{ id: string; accountId: string }[]>;
  /** Records of this store that keep records of another class alive, at most `limit`, by the id of the kept one. */
  keeping?(
    db: Db,
    kept: { recordClass: RecordClass; ids: readonly string[]; limit: number },
  ): Promise<{ keptId: string; record: RecordSubject }[]>;
  /** Tables in the order of removal. */
  readonly rows: readonly OwnedRows[];
  /** How many records ended in this half-open time; for the outlook of a dry run. */
  count?(db: Db, range: { from: Date; to: Date }): Promise<number>;
  /** The record, if there is one; holds name only what is there. */
  find?(db: Db, id: string): Promise<RecordSubject | undefined>;
}

/** Rows read at once for the archive. */
const PAGE_ROWS = 1_000;

/**
 * The rows of a table that name their record in `key`; with `and`, only those a fixed condition allows. Declares
 * statements `NAME.owned` and `NAME.remove_owned`, NAME being the table's unless given. `rowId` gives the id the sealed
 * columns were bound to, by default the column `id`.
 */
export function ownedRows<C extends Columns>(
  entity: Entity<C>,
  options: {
    key: keyof C & string;
    name?: string;
    and?: string;
    rowId?: (row: Record<string, unknown>) => string;
  },
): OwnedRows {
  const { table, columns, primaryKey } = entity;
  const keyColumn = toSnakeCase(options.key);
  const keyKind = (columns[options.key] as { kind: 'uuid' }).kind;
  const name = options.name ?? table;
  const fixed = options.and === undefined ? '' : ` AND ${options.and}`;
  const order = primaryKey.map((column) => [column, 'asc'] as const);
  const select = (condition: string) =>
    `SELECT ${Object.keys(columns).map(toSnakeCase).join(', ')} FROM ${table} WHERE ${keyColumn} IN (:ids...)${fixed}${condition}
      ORDER BY ${primaryKey.map(toSnakeCase).join(', ')} FETCH FIRST :limit ROWS ONLY`;
  const kinds = Object.fromEntries(Object.entries(columns).map(([name, { kind }]) => [name, kind]));
  // Not `after…`: the session takes those for the second page of one statement, and these are two.
  const lastKinds = Object.fromEntries(primaryKey.map((name, index) => [`last${index}`, kinds[name]]));
  const first = portable<{ ids: readonly string[]; limit: number }, Record<string, unknown>>(
    `${name}.owned`,
    select(''),
    { params: { ids: keyKind, limit: 'int' }, result: kinds as never },
  );
  const next = portable<{ ids: readonly string[]; limit: number }, Record<string, unknown>>(
    `${name}.owned_next`,
    select(` AND ${keysetCondition(order).replaceAll(':after', ':last')}`),
    { params: { ids: keyKind, limit: 'int', ...lastKinds } as never, result: kinds as never },
  );
  const removal = portable<{ ids: readonly string[] }>(
    `${name}.remove_owned`,
    `DELETE FROM ${table} WHERE ${keyColumn} IN (:ids...)${fixed}`,
    { params: { ids: keyKind } },
  );
  const rowId = options.rowId ?? ((row) => row['id'] as string);
  return {
    table,
    async *read(db, ids) {
      let params: Record<string, unknown> = {};
      for (;;) {
        const rows = await db.all('last0' in params ? next : first, { ids, limit: PAGE_ROWS, ...params });
        if (rows.length > 0) yield rows.map((row) => ({ table, rowId: rowId(row), columns: toColumns(row) }));
        const last = rows.at(-1);
        if (rows.length < PAGE_ROWS || last === undefined) return;
        params = Object.fromEntries(primaryKey.map((name, index) => [`last${index}`, last[name]]));
      }
    },
    remove: (tx, ids) => tx.run(removal, { ids }),
  };
}

/** Columns of a row by their names in the database, as archives hold them. */
export function toColumns(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [toSnakeCase(name), value]));
}
