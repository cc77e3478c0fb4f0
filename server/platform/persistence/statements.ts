import { AppError } from '../../kernel/index.ts';
import {
  toSnakeCase,
  type Column,
  type ColumnKind,
  type Columns,
  type OpenKey,
  type RowOfColumns,
} from './columns.ts';
import type { Entity } from './entity.ts';

/**
 * Every statement of the product is a constant declared with these builders, so that all of them can be listed,
 * rendered for both databases, linted, and prepared under their name. Text holds `:name` parameters;
 * `IN (:name...)` takes a list of at most 500 values.
 */
export interface Statement<P = Record<string, unknown>, R = unknown> {
  readonly name: string;
  readonly operation: 'select' | 'insert' | 'update' | 'delete';
  /** SQL both databases understand, or a text for each; a keyset select has a second one for later pages. */
  readonly sql: string | DialectTexts;
  readonly nextPageSql?: string;
  /** For PostgreSQL: the same for many sets of parameters at once, each parameter an array of its values. */
  readonly manySql?: string;
  readonly params: Readonly<Record<string, ColumnKind>>;
  /** Result columns by property name; the database's column is the snake_case form. */
  readonly result: Readonly<Record<string, ColumnKind>>;
  /** Only for the type checker. */
  readonly paramsType?: P;
  readonly rowType?: R;
}

/** A text for each database, where one cannot serve both (token search, upsert). */
export interface DialectTexts {
  postgres: string;
  oracle: string;
  /** What `runMany` runs on PostgreSQL: one statement over arrays. Oracle binds arrays to the text for one. */
  postgresMany?: string;
}

type Row<C extends Columns> = RowOfColumns<C>;
type Key<C extends Columns> = keyof C & string;
type Prefixed<T> = { [K in keyof T & string as `where${Capitalize<K>}`]: T[K] };

const statements = new Map<string, Statement>();

/** Every declared statement, by name. */
export function allStatements(): readonly Statement[] {
  return [...statements.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function declare<P, R>(statement: Statement<P, R>): Statement<P, R> {
  if (statements.has(statement.name)) throw new Error(`Statement ${statement.name} is declared twice.`);
  statements.set(statement.name, statement as Statement);
  return statement;
}

function kindsOf(columns: Columns, keys: readonly string[], prefix = ''): Record<string, ColumnKind> {
  return Object.fromEntries(keys.map((key) => [paramName(key, prefix), (columns[key] as Column).kind]));
}

function paramName(key: string, prefix: string): string {
  return prefix === '' ? key : `${prefix}${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}

function equals(keys: readonly string[], prefix = ''): string {
  return keys.map((key) => `${toSnakeCase(key)} = :${paramName(key, prefix)}`).join(' AND ');
}

/** Inserts one whole row. */
export function insert<C extends Columns>(entity: Entity<C>): Statement<Row<C>, never> {
  const keys = Object.keys(entity.columns);
  return declare<Row<C>, never>({
    name: `${entity.table}.insert`,
    operation: 'insert',
    sql:
      `INSERT INTO ${entity.table} (${keys.map(toSnakeCase).join(', ')}) ` +
      `VALUES (${keys.map((key) => `:${key}`).join(', ')})`,
    params: kindsOf(entity.columns, keys),
    result: {},
  });
}

/** Options of a generated SELECT. Conditions and order name columns that are not sealed; others are a type error. */
export interface SelectOptions<
  C extends Columns,
  W extends OpenKey<C>,
  L extends OpenKey<C>,
  M extends boolean,
> {
  name: string;
  where?: readonly W[];
  /** A column compared with a list: parameter `<column>List`. */
  whereIn?: L;
  /** Further fixed conditions in portable SQL, without parameters: `closed_at IS NULL`. */
  and?: string;
  orderBy?: readonly (readonly [OpenKey<C>, 'asc' | 'desc'])[];
  /** Cut pages by key: parameter `after`, the values of `orderBy` of the last row seen, or absent. */
  keyset?: boolean;
  /** Give at most `limit` rows (a parameter). */
  limit?: M;
}

type SelectParams<C extends Columns, W extends OpenKey<C>, L extends OpenKey<C>, M extends boolean> = Pick<
  Row<C>,
  W
> & {
  [K in L as `${K}List`]: Row<C>[K][];
} & (M extends true ? { limit: number; after?: readonly unknown[] | undefined } : unknown);

/** Selects whole rows by equality, optionally ordered, limited, and cut by key. */
export function select<
  C extends Columns,
  W extends OpenKey<C> = never,
  L extends OpenKey<C> = never,
  M extends boolean = false,
>(entity: Entity<C>, options: SelectOptions<C, W, L, M>): Statement<SelectParams<C, W, L, M>, Row<C>> {
  const keys = Object.keys(entity.columns);
  const conditions: string[] = [];
  if (options.where?.length) conditions.push(equals(options.where));
  if (options.whereIn) conditions.push(`${toSnakeCase(options.whereIn)} IN (:${options.whereIn}List...)`);
  if (options.and) conditions.push(options.and);
  const order = options.orderBy ?? [];
  const build = (extra: string[]) => {
    const all = [...conditions, ...extra];
    return (
      `SELECT ${keys.map(toSnakeCase).join(', ')} FROM ${entity.table}` +
      (all.length ? ` WHERE ${all.join(' AND ')}` : '') +
      (order.length
        ? ` ORDER BY ${order.map(([key, way]) => `${toSnakeCase(key)} ${way}`).join(', ')}`
        : '') +
      (options.limit ? ' FETCH FIRST :limit ROWS ONLY' : '')
    );
  };
  const params = {
    ...kindsOf(entity.columns, options.where ?? []),
    ...(options.whereIn
      ? { [`${options.whereIn}List`]: (entity.columns[options.whereIn] as Column).kind }
      : {}),
    ...(options.limit ? { limit: 'int' as const } : {}),
  };
  const statement = {
    name: options.name,
    operation: 'select' as const,
    sql: build([]),
    params: options.keyset ? { ...params, ...afterKinds(entity.columns, order) } : params,
    result: kindsOf(entity.columns, keys),
  };
  return declare<SelectParams<C, W, L, M>, Row<C>>(
    options.keyset ? { ...statement, nextPageSql: build([keysetCondition(order)]) } : statement,
  );
}

type Order = readonly (readonly [string, 'asc' | 'desc'])[];

function afterKinds(columns: Columns, order: Order): Record<string, ColumnKind> {
  return Object.fromEntries(order.map(([key], index) => [`after${index}`, (columns[key] as Column).kind]));
}

/**
 * "Behind the last row seen", without row values, which Oracle does not compare with `<`. The first column is
 * bounded by itself as well, so that both planners can start an index range there.
 */
export function keysetCondition(order: Order): string {
  const sign = (way: 'asc' | 'desc') => (way === 'asc' ? '>' : '<');
  const name = (index: number) => toSnakeCase((order[index] as readonly [string, 'asc' | 'desc'])[0]);
  const ways = order.map(([, way]) => sign(way));
  let condition = `${name(order.length - 1)} ${ways.at(-1)} :after${order.length - 1}`;
  for (let index = order.length - 2; index >= 0; index -= 1) {
    const column = name(index);
    condition =
      `${column} ${ways[index]}= :after${index} AND ` +
      `(${column} ${ways[index]} :after${index} OR (${condition}))`;
  }
  return condition;
}

/** Changes columns of the rows that match; parameters of the condition are named `where<Column>`. */
export function update<C extends Columns, S extends Key<C>, W extends OpenKey<C>>(
  entity: Entity<C>,
  options: { name: string; set: readonly S[]; where: readonly W[]; and?: string },
): Statement<Pick<Row<C>, S> & Prefixed<Pick<Row<C>, W>>, never> {
  return declare<Pick<Row<C>, S> & Prefixed<Pick<Row<C>, W>>, never>({
    name: options.name,
    operation: 'update',
    sql:
      `UPDATE ${entity.table} SET ${options.set.map((key) => `${toSnakeCase(key)} = :${key}`).join(', ')}` +
      ` WHERE ${equals(options.where, 'where')}${options.and ? ` AND ${options.and}` : ''}`,
    params: { ...kindsOf(entity.columns, options.set), ...kindsOf(entity.columns, options.where, 'where') },
    result: {},
  });
}

/** Deletes the rows that match. */
export function remove<C extends Columns, W extends OpenKey<C>>(
  entity: Entity<C>,
  options: { name: string; where: readonly W[]; and?: string },
): Statement<Pick<Row<C>, W>, never> {
  return declare<Pick<Row<C>, W>, never>({
    name: options.name,
    operation: 'delete',
    sql: `DELETE FROM ${entity.table} WHERE ${equals(options.where)}${options.and ? ` AND ${options.and}` : ''}`,
    params: kindsOf(entity.columns, options.where),
    result: {},
  });
}

/**
 * Inserts a whole row unless one with the same values in any of `keys` is there: a repeated insert changes nothing and
 * counts 0. Each key is a primary or unique key of the table, as its column or its columns.
 */
export function insertIfFree<C extends Columns>(
  entity: Entity<C>,
  name: string,
  keys: readonly (Key<C> | readonly Key<C>[])[],
): Statement<Row<C>, never> {
  const all = Object.keys(entity.columns);
  const columns = all.map(toSnakeCase).join(', ');
  const values = all.map((key) => `:${key}`).join(', ');
  const isSame = keys
    .map((key) => (typeof key === 'string' ? [key] : key))
    .map((parts) => parts.map((part) => `${entity.table}.${toSnakeCase(part)} = :${part}`).join(' AND '))
    .join(' OR ');
  return portable<Row<C>>(
    name,
    {
      postgres: `INSERT INTO ${entity.table} (${columns}) VALUES (${values}) ON CONFLICT DO NOTHING`,
      oracle: `MERGE INTO ${entity.table} USING dual ON (${isSame})
        WHEN NOT MATCHED THEN INSERT (${columns}) VALUES (${values})`,
    },
    { params: kindsOf(entity.columns, all) as never },
  );
}

const OPERATION = /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE|MERGE)\b/i;

/** What a column kind is in a row, for hand-written statements. */
export interface KindTypes {
  uuid: string;
  text: string;
  clob: string;
  int: number;
  flag: boolean;
  instant: Date;
  json: unknown;
  bytes: Buffer;
  sealed: Buffer;
  tokens: bigint[];
}

/**
 * A hand-written statement: a text both databases understand as it stands (joins, aggregates), or one for each
 * where that cannot be. `params` and `result` say what each parameter and column is.
 */
export function portable<P, R = never>(
  name: string,
  sql: string | DialectTexts,
  shape: { params: Record<keyof P & string, ColumnKind>; result?: Record<keyof R & string, ColumnKind> },
): Statement<P, R> {
  const word = OPERATION.exec(typeof sql === 'string' ? sql : sql.postgres)?.[1]?.toLowerCase();
  if (word === undefined) throw new Error(`Statement ${name} does not start with a known word.`);
  const operation = OPERATIONS[word] as Statement['operation'];
  assertNotCompared(name, typeof sql === 'string' ? [sql] : Object.values(sql));
  const text =
    typeof sql === 'string' ? squeeze(sql) : { postgres: squeeze(sql.postgres), oracle: squeeze(sql.oracle) };
  const many = typeof sql === 'string' ? undefined : sql.postgresMany;
  return declare<P, R>({
    ...{ name, operation, sql: text, params: shape.params, result: shape.result ?? {} },
    ...(many === undefined ? {} : { manySql: squeeze(many) }),
  });
}

/**
 * A condition or an order over an envelope finds nothing, or everything in any order: the same value is other bytes each
 * time it is sealed. What may be asked is whether there is one; a walk compares an envelope with itself.
 */
const COMPARED = [
  /\b\w+_enc\s*(?:<|>|!=|LIKE\b|BETWEEN\b|IN\s*\()/i,
  /\b(?:WHERE|AND|OR|ON|NOT|HAVING)\s*\(*\s*(?:\w+\.)?\w+_enc\s*=/i,
  /\b(?:ORDER|GROUP)\s+BY\b[^()]*\b\w+_enc\b/i,
];

function assertNotCompared(name: string, texts: readonly string[]): void {
  if (texts.some((text) => COMPARED.some((pattern) => pattern.test(text)))) {
    throw new AppError('crypto.query_refused', { details: { statement: name } });
  }
}

const OPERATIONS: Record<string, Statement['operation']> = {
  select: 'select',
  with: 'select',
  insert: 'insert',
  merge: 'insert',
  update: 'update',
  delete: 'delete',
};

function squeeze(sql: string): string {
  return sql.replace(/\s+/g, ' ').trim();
}
