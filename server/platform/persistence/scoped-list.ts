import { ROOT_UNIT_ID, type Before, type DataScope } from '../../kernel/index.ts';
import type { ColumnKind } from './columns.ts';
import { ownedWithin, SCOPE_PARAMS, scopeParams, type ScopeParams } from './scoped-rows.ts';
import { portable, type Statement } from './statements.ts';
import type { Db } from './unit.ts';

/** A list of one table, newest first, that scopes narrow. */
export interface ScopedListShape<P, R> {
  /** Name of the statements. */
  name: string;
  table: string;
  /** One letter; the conditions and columns name the table by it. */
  alias: string;
  /** Column of the instant the list is ordered by; the id decides among equals. */
  at: string;
  /** Column of who has a row. */
  owner: string;
  columns: string;
  /** Joins that add to a row and neither add nor drop rows. */
  joins: string;
  /** Further conditions over the table alone. */
  where?: string;
  params: Record<keyof P & string, ColumnKind>;
  result: Record<keyof R & string, ColumnKind>;
}

type Params<P> = P & Before & { limit: number };
type ScopedParams<P> = Params<P> & ScopeParams;

/** The statements of one list, one for each width of a scope. */
export interface ScopedList<P, R> {
  whole: Statement<Params<P>, R>;
  unit: Statement<ScopedParams<P>, R>;
  wide: Statement<ScopedParams<P> & { probeRows: number }, R>;
  narrow: Statement<ScopedParams<P>, R>;
}

/** Newest rows that the wide form looks through: enough for 50 hits when every fortieth row is within the scope. */
const PROBE_ROWS = 2_000;

/**
 * Declares a list. No single plan is fast for every scope, so there is one statement for each:
 * the whole bank and one unit each walk an index in order; a part of the tree is first looked for among the newest
 * rows (`wide`), and where it is too small for that, by the newest row of each of its units (`narrow`): only the units
 * with the newest heads can hold the page, so the cost is one index descent for each unit and `limit` rows for each of
 * `limit` units, however large the table is. Both need an index on (unit, equal columns of `where`, at, id).
 *
 * `wide` asks for the unit of each row by a lookup with a limit, which no planner turns into a join: PostgreSQL's plan
 * for any scope took a scope for a handful of units, and compared all of them with every row (246 ms instead of 3).
 */
export function scopedList<P, R>(shape: ScopedListShape<P, R>): ScopedList<P, R> {
  const { name, table, alias: a, at, columns, joins, where } = shape;
  const and = where === undefined ? '' : `AND ${where}`;
  const behind = `${a}.${at} <= :beforeAt AND (${a}.${at} < :beforeAt OR ${a}.id < :beforeId) ${and}`;
  const first = (alias: string) =>
    `ORDER BY ${alias}.${at} DESC, ${alias}.id DESC FETCH FIRST :limit ROWS ONLY`;
  const params = { ...shape.params, beforeAt: 'instant', beforeId: 'uuid', limit: 'int' } as const;
  const shown = (
    keys: string,
  ) => `SELECT ${columns} FROM ${keys} f JOIN ${table} ${a} ON ${a}.id = f.id ${joins}
    ORDER BY ${a}.${at} DESC, ${a}.id DESC`;
  const declare = <Q>(form: string, sql: string, more: Record<string, ColumnKind>) =>
    portable<Q, R>(`${name}_${form}`, sql, { params: { ...params, ...more } as never, result: shape.result });
  const owned = ownedWithin(a, shape.owner);
  return {
    whole: portable<Params<P>, R>(
      name,
      `SELECT ${columns} FROM ${table} ${a} ${joins} WHERE ${behind} ${first(a)}`,
      { params: params as never, result: shape.result },
    ),
    unit: declare<ScopedParams<P>>(
      'unit',
      `SELECT ${columns} FROM ${table} ${a} ${joins}
        WHERE ${a}.unit_id = :scopeUnitId AND ${owned} AND ${behind} ${first(a)}`,
      SCOPE_PARAMS,
    ),
    wide: declare<ScopedParams<P> & { probeRows: number }>(
      'wide',
      shown(`(SELECT p.id FROM (SELECT ${a}.id, ${a}.${at}, ${a}.unit_id FROM ${table} ${a} WHERE ${behind}
          ORDER BY ${a}.${at} DESC, ${a}.id DESC FETCH FIRST :probeRows ROWS ONLY) p
        CROSS JOIN LATERAL (SELECT s.depth FROM unit_closure s
          WHERE s.ancestor_id = :scopeUnitId AND s.unit_id = p.unit_id FETCH FIRST 1 ROWS ONLY) w
        ${first('p')})`),
      { ...SCOPE_PARAMS, probeRows: 'int' },
    ),
    narrow: declare<ScopedParams<P>>(
      'narrow',
      shown(`(SELECT g.id FROM (SELECT s.unit_id, h.${at}, h.id FROM unit_closure s CROSS JOIN LATERAL
          (SELECT ${a}.${at}, ${a}.id FROM ${table} ${a} WHERE ${a}.unit_id = s.unit_id AND ${behind}
            ORDER BY ${a}.${at} DESC, ${a}.id DESC FETCH FIRST 1 ROWS ONLY) h
          WHERE s.ancestor_id = :scopeUnitId ${first('h')}) u
        CROSS JOIN LATERAL (SELECT ${a}.${at}, ${a}.id FROM ${table} ${a}
          WHERE ${a}.unit_id = u.unit_id AND ${behind} ${first(a)}) g
        ${first('g')})`),
      SCOPE_PARAMS,
    ),
  };
}

/** Whether a scope is the whole bank. */
export function isWhole(scope: DataScope): boolean {
  return scope.kind === 'all' || (scope.kind === 'subtree' && scope.unitId === ROOT_UNIT_ID);
}

/** Reads at most `limit` rows of a list within a scope. */
export async function readScoped<P, R>(
  db: Db,
  list: ScopedList<P, R>,
  scope: DataScope,
  params: Params<P>,
): Promise<R[]> {
  if (isWhole(scope)) return db.all(list.whole, params);
  const scoped = { ...params, ...scopeParams(scope) };
  if (scope.kind !== 'subtree') return db.all(list.unit, scoped);
  const found = await db.all(list.wide, { ...scoped, probeRows: PROBE_ROWS });
  return found.length >= params.limit ? found : db.all(list.narrow, scoped);
}
