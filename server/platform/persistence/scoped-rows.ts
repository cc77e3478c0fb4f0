import { ROOT_UNIT_ID, scopeOf, type Actor, type DataScope } from '../../kernel/index.ts';
import { toSnakeCase, type Column, type ColumnKind, type Columns, type RowOfColumns } from './columns.ts';
import type { Entity } from './entity.ts';
import { portable, type Statement } from './statements.ts';
import type { Db, Tx } from './unit.ts';

/**
 * Rows that belong to a unit of the organisation. `unit_closure` says what lies under what, so one lookup by its
 * primary key decides for a row, whatever the tree looks like.
 */
export interface ScopeParams {
  /** The unit the scope counts from. */
  scopeUnitId: string;
  /** How far below it the scope reaches: 0 is the unit alone. */
  scopeDepth: number;
  /** Set where only the account's own rows count, and those nobody has. */
  scopeOwnerId: string | null;
}

/** What each parameter of a scope is. */
export const SCOPE_PARAMS = { scopeUnitId: 'uuid', scopeDepth: 'int', scopeOwnerId: 'uuid' } as const;

/** Deeper than any tree. */
const EVERY_DEPTH = 1_000;

/** A scope as parameters. The whole bank is everything under the head office. */
export function scopeParams(scope: DataScope): ScopeParams {
  if (scope.kind === 'all') {
    return { scopeUnitId: ROOT_UNIT_ID, scopeDepth: EVERY_DEPTH, scopeOwnerId: null };
  }
  return {
    scopeUnitId: scope.unitId,
    scopeDepth: scope.kind === 'subtree' ? EVERY_DEPTH : 0,
    scopeOwnerId: scope.kind === 'own' ? scope.accountId : null,
  };
}

/**
 * The condition "within the scope" over the rows of `alias`; `owner` names the column of who has the row. For one row,
 * or for a list another index narrows; long lists are made by `scopedList`.
 */
export function withinScope(alias: string, owner: string): string {
  return `${ownedWithin(alias, owner)} AND ${underScope(alias)}`;
}

/** The part of `withinScope` that asks for the unit alone. */
export function underScope(alias: string): string {
  return `EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = :scopeUnitId
    AND s.unit_id = ${alias}.unit_id AND s.depth <= :scopeDepth)`;
}

/** The comparison stands before the test for NULL: PostgreSQL takes the type of a parameter from its first place. */
export function ownedWithin(alias: string, owner: string): string {
  const column = `${alias}.${owner}`;
  return `(${column} = :scopeOwnerId OR ${column} IS NULL OR :scopeOwnerId IS NULL)`;
}

const UNIT_WITHIN = portable<{ unitId: string; scopeUnitId: string; scopeDepth: number }, { depth: number }>(
  'unit_closure.within',
  `SELECT s.depth FROM unit_closure s
    WHERE s.ancestor_id = :scopeUnitId AND s.unit_id = :unitId AND s.depth <= :scopeDepth`,
  { params: { unitId: 'uuid', scopeUnitId: 'uuid', scopeDepth: 'int' }, result: { depth: 'int' } },
);

/**
 * The unit of what an actor makes: where the actor works, or where the scope begins when that lies elsewhere, so that
 * people see what they have made.
 */
export async function unitOfNew(db: Db, actor: Actor): Promise<string> {
  const scope = scopeOf(actor);
  const unitId = actor.unitId ?? ROOT_UNIT_ID;
  if (scope.kind === 'all' || scope.unitId === unitId) return unitId;
  const { scopeUnitId, scopeDepth } = scopeParams(scope);
  const isWithin = await db.one(UNIT_WITHIN, { unitId, scopeUnitId, scopeDepth });
  return isWithin === undefined ? scope.unitId : unitId;
}

/**
 * The part of a scope that lies in a unit and under it; undefined when nothing of it does. For lists that somebody
 * narrows to a unit: they are then read under the answer, so a unit outside the scope shows nothing.
 */
export async function narrowScope(db: Db, scope: DataScope, unitId: string): Promise<DataScope | undefined> {
  const all = { scopeDepth: EVERY_DEPTH };
  if (scope.kind === 'all') return { kind: 'subtree', unitId, accountId: '' };
  const isUnder = await db.one(UNIT_WITHIN, { unitId: scope.unitId, scopeUnitId: unitId, ...all });
  if (isUnder !== undefined) return scope;
  if (scope.kind !== 'subtree') return undefined;
  const isWithin = await db.one(UNIT_WITHIN, { unitId, scopeUnitId: scope.unitId, ...all });
  return isWithin === undefined ? undefined : { ...scope, unitId };
}

/** One whole row by its id, within a scope; nothing for a row outside. */
export function selectWithin<C extends Columns>(
  entity: Entity<C>,
  options: { name: string; owner: string },
): Statement<ScopeParams & { id: string }, RowOfColumns<C>> {
  return portable<ScopeParams & { id: string }, RowOfColumns<C>>(
    options.name,
    `SELECT ${columnList(entity, 'x')} FROM ${entity.table} x
      WHERE x.id = :id AND ${withinScope('x', options.owner)}`,
    { params: { id: 'uuid', ...SCOPE_PARAMS }, result: columnKinds(entity) },
  );
}

/** Every column of a table by an alias, for a hand-written SELECT of whole rows. */
export function columnList<C extends Columns>(entity: Entity<C>, alias: string): string {
  return Object.keys(entity.columns)
    .map((key) => `${alias}.${toSnakeCase(key)}`)
    .join(', ');
}

/** What each column of a whole row is. */
export function columnKinds<C extends Columns>(entity: Entity<C>): Record<keyof C & string, ColumnKind> {
  const kinds = Object.entries(entity.columns).map(([key, column]) => [key, (column as Column).kind]);
  return Object.fromEntries(kinds) as Record<keyof C & string, ColumnKind>;
}

/** Rows of one table that belong to units, as the organisation hands them from one unit to another. */
export interface UnitRows {
  /** The table; permanent. */
  name: string;
  hasAny(db: Db, unitId: string): Promise<boolean>;
  /** How many rows a unit has; counting stops at `limit`. */
  count(db: Db, unitId: string, limit: number): Promise<number>;
  /** Gives at most `limit` rows of a unit to another; the number given. */
  handOver(tx: Tx, from: string, to: string, limit: number): Promise<number>;
}

/** Declares the statements that hand the rows of a table over. The table has an index that starts with the unit. */
export function unitRows(table: string): UnitRows {
  const any = portable<{ unitId: string }, { found: number }>(
    `${table}.any_of_unit`,
    `SELECT 1 AS found FROM ${table} WHERE unit_id = :unitId FETCH FIRST 1 ROWS ONLY`,
    { params: { unitId: 'uuid' }, result: { found: 'int' } },
  );
  const counted = portable<{ unitId: string; limit: number }, { recordCount: number }>(
    `${table}.count_of_unit`,
    `SELECT COUNT(*) AS record_count FROM
      (SELECT x.id FROM ${table} x WHERE x.unit_id = :unitId FETCH FIRST :limit ROWS ONLY) y`,
    { params: { unitId: 'uuid', limit: 'int' }, result: { recordCount: 'int' } },
  );
  const give = portable<{ fromId: string; toId: string; limit: number }>(
    `${table}.hand_over_unit`,
    `UPDATE ${table} SET unit_id = :toId WHERE id IN
      (SELECT x.id FROM ${table} x WHERE x.unit_id = :fromId FETCH FIRST :limit ROWS ONLY)`,
    { params: { fromId: 'uuid', toId: 'uuid', limit: 'int' } },
  );
  return {
    name: table,
    hasAny: async (db, unitId) => (await db.one(any, { unitId })) !== undefined,
    count: async (db, unitId, limit) => (await db.one(counted, { unitId, limit }))?.recordCount ?? 0,
    handOver: (tx, fromId, toId, limit) => tx.run(give, { fromId, toId, limit }),
  };
}
