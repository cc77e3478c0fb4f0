import { toSnakeCase, type Columns, type RowOfColumns } from './columns.ts';

/** One table: its logical columns and key. Property names are camelCase, column names their snake_case form. */
export interface Entity<C extends Columns = Columns> {
  readonly table: string;
  readonly columns: C;
  readonly primaryKey: readonly (keyof C & string)[];
}

/** The row type of an entity. */
export type RowOf<E> = E extends Entity<infer C> ? RowOfColumns<C> : never;

/** Oracle 12.1-compatible servers cut names at 30 bytes; TypeORM's Oracle driver at 29. */
const NAME_LENGTH_MAX = 29;
const NAME_PATTERN = /^[a-z][a-z0-9_]*$/;

const entities = new Map<string, Entity>();

/** Declares a table. The name must be free, and every name must fit both databases. */
export function defineEntity<C extends Columns>(
  table: string,
  columns: C,
  options: { primaryKey: readonly (keyof C & string)[] },
): Entity<C> {
  for (const name of [table, ...Object.keys(columns).map(toSnakeCase)]) {
    if (name.length > NAME_LENGTH_MAX || !NAME_PATTERN.test(name)) {
      throw new Error(`The name ${name} of table ${table} does not fit both databases.`);
    }
  }
  if (entities.has(table)) throw new Error(`Table ${table} is declared twice.`);
  const entity: Entity<C> = { table, columns, primaryKey: options.primaryKey };
  entities.set(table, entity as unknown as Entity);
  return entity;
}

/** Every declared table, by name. */
export function allEntities(): readonly Entity[] {
  return [...entities.values()].sort((a, b) => (a.table < b.table ? -1 : 1));
}
