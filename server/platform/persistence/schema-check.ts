import { toSnakeCase, type Column } from './columns.ts';
import type { DialectName } from './dialect/dialect.ts';
import { allEntities, type Entity } from './entity.ts';
import { portable } from './statements.ts';
import type { Db } from './unit.ts';

interface LiveColumn {
  tableName: string;
  columnName: string;
  /** The database's own word: `int8` and `_int8` on PostgreSQL, `NUMBER` and `TIMESTAMP(3)` on Oracle. */
  dataType: string;
  canBeNull: boolean;
  /** Longest text in characters; null for other types. */
  textLength: number | null;
}

const LIVE_COLUMNS = portable<Record<never, never>, LiveColumn>(
  'schema.columns',
  {
    postgres: `SELECT table_name, column_name, udt_name AS data_type,
      CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END AS can_be_null, character_maximum_length AS text_length
      FROM information_schema.columns WHERE table_schema = current_schema()
      ORDER BY table_name, ordinal_position`,
    oracle: `SELECT LOWER(table_name) AS table_name, LOWER(column_name) AS column_name, data_type,
      CASE nullable WHEN 'Y' THEN 1 ELSE 0 END AS can_be_null,
      CASE data_type WHEN 'VARCHAR2' THEN char_length END AS text_length
      FROM user_tab_columns ORDER BY table_name, column_id`,
  },
  {
    params: {},
    result: { tableName: 'text', columnName: 'text', dataType: 'text', canBeNull: 'flag', textLength: 'int' },
  },
);

/** Small counters may be narrower than the 64 bits an `int` stands for; the program reads all of them alike. */
const TYPES: Readonly<Record<DialectName, Readonly<Record<Column['kind'], RegExp>>>> = {
  postgres: {
    uuid: /^uuid$/,
    text: /^varchar$/,
    clob: /^text$/,
    json: /^text$/,
    int: /^int[248]$/,
    flag: /^int2$/,
    instant: /^timestamp$/,
    bytes: /^bytea$/,
    sealed: /^bytea$/,
    tokens: /^_int8$/,
  },
  oracle: {
    uuid: /^VARCHAR2$/,
    text: /^VARCHAR2$/,
    clob: /^CLOB$/,
    json: /^CLOB$/,
    int: /^NUMBER$/,
    flag: /^NUMBER$/,
    instant: /^TIMESTAMP\(3\)$/,
    bytes: /^RAW$/,
    sealed: /^(BLOB|RAW)$/,
    tokens: /^NUMBER$/,
  },
};

/**
 * What the live schema has otherwise than the program declares: missing tables and columns, columns nobody declared,
 * other types, lengths, or nullability. Empty when they agree. Tables without a declaration are not looked at.
 */
export async function schemaDifferences(
  db: Db,
  dialect: DialectName,
  entities: readonly Entity[] = allEntities(),
): Promise<string[]> {
  const live = new Map<string, Map<string, LiveColumn>>();
  for (const column of await db.all(LIVE_COLUMNS, {})) {
    const table = live.get(column.tableName) ?? new Map<string, LiveColumn>();
    live.set(column.tableName, table.set(column.columnName, column));
  }
  return entities.flatMap((entity) => {
    const table = live.get(entity.table);
    return table ? tableDifferences(entity, table, dialect) : [`${entity.table}: the table is missing`];
  });
}

function tableDifferences(
  entity: Entity,
  table: ReadonlyMap<string, LiveColumn>,
  dialect: DialectName,
): string[] {
  const declared = new Map(
    Object.entries(entity.columns)
      .filter(([, { kind }]) => kind !== 'tokens' || dialect === 'postgres')
      .map(([property, column]) => [toSnakeCase(property), column]),
  );
  const surplus = [...table.keys()].filter((name) => !declared.has(name));
  return [
    ...surplus.map((name) => `${entity.table}.${name}: nobody declares this column`),
    ...[...declared].flatMap(([name, column]) =>
      columnDifferences(column, table.get(name), dialect).map((what) => `${entity.table}.${name}: ${what}`),
    ),
  ];
}

function columnDifferences(column: Column, live: LiveColumn | undefined, dialect: DialectName): string[] {
  if (live === undefined) return ['the column is missing'];
  const faults: string[] = [];
  if (!TYPES[dialect][column.kind].test(live.dataType))
    faults.push(`is ${live.dataType}, declared as ${column.kind}`);
  if (live.canBeNull !== column.isOptional)
    faults.push(live.canBeNull ? 'may be null, declared as required' : 'is required, declared as optional');
  if (column.kind === 'text' && live.textLength !== column.length)
    faults.push(`holds ${live.textLength} characters, declared with ${column.length}`);
  return faults;
}
