import { toSnakeCase, type Columns } from './columns.ts';
import type { Entity } from './entity.ts';
import type { OwnedRow, OwnedRows } from './record-store.ts';
import { keysetCondition, portable, type Statement } from './statements.ts';
import type { Db } from './unit.ts';

/** Rows one read for the archive gives at most; the records it asks for are so many as will about fit. */
const READ_ROWS = 1_600;
/** What a read aims at: reading and writing so many rows holds up others for some milliseconds. */
const READ_ROWS_WANTED = 400;

type Row = Record<string, unknown>;
type ReadParams = { ids: readonly string[]; limit: number };

/** Reads of one table's rows by their record. */
interface Reads {
  /** In no order: sorting wide rows costs the database more than finding them. */
  whole: Statement<ReadParams, Row>;
  /** Of a single record with more rows than one read gives, in the order of the primary key. */
  first: Statement<ReadParams, Row>;
  next: Statement<ReadParams, Row>;
}

/**
 * The rows of a table that name their record in `key`; with `and`, only those a fixed condition allows. Declares
 * statements `NAME.owned_whole`, `NAME.owned`, `NAME.owned_next`, and `NAME.remove_owned`, NAME being the table's unless
 * given. `rowId` gives the id the sealed columns were bound to, by default the column `id`.
 */
export function ownedRows<C extends Columns>(
  entity: Entity<C>,
  options: {
    key: keyof C & string;
    name?: string;
    and?: string;
    rowId?: (row: Row) => string;
  },
): OwnedRows {
  const { table, columns, primaryKey } = entity;
  const keyColumn = toSnakeCase(options.key);
  const keyKind = (columns[options.key] as { kind: 'uuid' }).kind;
  const name = options.name ?? table;
  const fixed = options.and === undefined ? '' : ` AND ${options.and}`;
  const removal = portable<{ ids: readonly string[] }>(
    `${name}.remove_owned`,
    `DELETE FROM ${table} WHERE ${keyColumn} IN (:ids...)${fixed}`,
    { params: { ids: keyKind } },
  );
  const reads = declareReads(entity, { name, condition: `${keyColumn} IN (:ids...)${fixed}`, keyKind });
  const rowId = options.rowId ?? ((row) => row['id'] as string);
  const toOwned = (rows: Row[]): OwnedRow[] =>
    rows.map((row) => ({ table, rowId: rowId(row), columns: row }));
  const byKey = byColumns(primaryKey);
  // Records a read asks for; learned from what the reads before gave.
  let atOnce = READ_ROWS_WANTED;
  return {
    table,
    async *read(db, ids) {
      for (let start = 0; start < ids.length;) {
        const asked = ids.slice(start, start + atOnce);
        const rows = await db.all(reads.whole, { ids: asked, limit: READ_ROWS });
        if (rows.length === READ_ROWS && asked.length === 1) {
          for await (const page of inOrder(db, reads, primaryKey, asked)) yield toOwned(page);
        } else if (rows.length === READ_ROWS) {
          atOnce = Math.ceil(asked.length / 4);
          continue;
        } else if (rows.length > 0) yield toOwned(rows.sort(byKey));
        atOnce = Math.max(1, Math.ceil((asked.length * READ_ROWS_WANTED) / Math.max(rows.length, 1)));
        start += asked.length;
      }
    },
    remove: (tx, ids) => tx.run(removal, { ids }),
  };
}

function declareReads<C extends Columns>(
  { table, columns, primaryKey }: Entity<C>,
  of: { name: string; condition: string; keyKind: 'uuid' },
): Reads {
  const order = primaryKey.map((column) => [column, 'asc'] as const);
  const names = Object.keys(columns).map(toSnakeCase).join(', ');
  const select = (after: string) => `SELECT ${names} FROM ${table} WHERE ${of.condition}${after}`;
  const sorted = (after: string) =>
    `${select(after)}
      ORDER BY ${primaryKey.map(toSnakeCase).join(', ')} FETCH FIRST :limit ROWS ONLY`;
  const kinds = Object.fromEntries(Object.entries(columns).map(([each, { kind }]) => [each, kind]));
  // Not `after…`: the session takes those for the second page of one statement, and these are two.
  const lastKinds = Object.fromEntries(primaryKey.map((each, index) => [`last${index}`, kinds[each]]));
  const params = { ids: of.keyKind, limit: 'int' } as const;
  const result = kinds as never;
  return {
    whole: portable<ReadParams, Row>(`${of.name}.owned_whole`, `${select('')} FETCH FIRST :limit ROWS ONLY`, {
      params,
      result,
    }),
    first: portable<ReadParams, Row>(`${of.name}.owned`, sorted(''), { params, result }),
    next: portable<ReadParams, Row>(
      `${of.name}.owned_next`,
      sorted(` AND ${keysetCondition(order).replaceAll(':after', ':last')}`),
      { params: { ...params, ...lastKinds } as never, result },
    ),
  };
}

async function* inOrder(
  db: Db,
  { first, next }: Reads,
  primaryKey: readonly string[],
  ids: readonly string[],
): AsyncGenerator<Row[]> {
  let params: Row = {};
  for (;;) {
    const page = { ids, limit: READ_ROWS_WANTED, ...params };
    const rows = await db.all('last0' in params ? next : first, page);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (rows.length < READ_ROWS_WANTED || last === undefined) return;
    params = Object.fromEntries(primaryKey.map((name, index) => [`last${index}`, last[name]]));
  }
}

/** Orders rows by these columns, as the database does: ids, numbers, names. */
function byColumns(names: readonly string[]) {
  return (a: Row, b: Row): number => {
    for (const name of names) {
      const [left, right] = [a[name] as string | number, b[name] as string | number];
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  };
}
