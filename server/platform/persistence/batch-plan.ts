import type { Column } from './columns.ts';
import { toSnakeCase, type Columns, type RowOfColumns } from './columns.ts';
import { auditEventEntity } from './audit.entity.ts';
import { postgresType } from './dialect/postgres.ts';
import type { Entity } from './entity.ts';
import { figureCountEntity } from './figure-count.ts';
import { outboxEventEntity } from './outbox.entity.ts';
import { update, type Statement } from './statements.ts';

/** New values for a row that is there. */
interface MergePlan {
  readonly entity: Entity;
  readonly key: string;
  readonly set: readonly string[];
  /** Those among them that most items change, and nothing else: a statement with a third of the values serves them. */
  readonly touch: readonly string[];
}

/**
 * What one hot-path item writes: a row of `entity`, and new values for one row of `merge.entity`. Both, the audit
 * entries, the counters of reports, and the events of a whole batch go to the database in one statement.
 */
export interface BatchPlan<I = Record<string, unknown>, M = Record<string, unknown>> {
  readonly name: string;
  readonly entity: Entity;
  readonly merge: MergePlan;
  /** The single PostgreSQL statement over `unnest` arrays. */
  readonly postgresSql: string;
  /** The same, one statement for each table, for databases with array binds. */
  readonly insertStatement: Statement<I, never>;
  readonly mergeStatement: Statement<M, never>;
  /** Only for the type checker. */
  readonly itemType?: { insert: I; merge: M };
}

/** Statement of an entity's insert, declared by the entity's own repository. */
type InsertOf<C extends Columns> = Statement<RowOfColumns<C>, never>;

const batches: { name: string; text: string }[] = [];

/** The one statement of each declared batch, as PostgreSQL gets it. */
export function batchStatements(): readonly { name: string; text: string }[] {
  return batches;
}

/** Declares a batch: rows of `insertStatement`'s entity, and updates by key of another. */
export function batchPlan<
  C extends Columns,
  D extends Columns,
  K extends keyof D & string,
  S extends keyof D & string,
>(
  name: string,
  options: {
    entity: Entity<C>;
    insertStatement: InsertOf<C>;
    merge: { entity: Entity<D>; key: K; set: readonly S[]; touch: readonly NoInfer<S>[] };
  },
): BatchPlan<RowOfColumns<C>, Pick<RowOfColumns<D>, K | S>> {
  const { entity, merge } = options;
  const mergeStatement = update(merge.entity, {
    name: `${name}.merge`,
    set: merge.set,
    where: [merge.key as never],
  });
  const postgresSql = postgresText(entity as unknown as Entity, merge as unknown as MergePlan);
  batches.push({ name, text: postgresSql });
  return {
    name,
    entity: entity as unknown as Entity,
    merge: merge as unknown as MergePlan,
    postgresSql,
    insertStatement: options.insertStatement as never,
    mergeStatement: mergeStatement as never,
  };
}

/** One parameter of the batch statement. */
export interface BatchColumn {
  source: 'inserts' | 'merges' | 'touches' | 'entries' | 'counts' | 'events';
  property: string;
  column: Column;
  /** The same in all rows of a batch: given once, and not as an array. */
  isOnce: boolean;
}

/** A batch is of one lane. */
const OF_THE_LANE: ReadonlySet<string> = new Set(['node', 'epoch', 'lane']);

/** The parameters of the batch statement in their order: entity, merges, touches, audit entries, counters, events. */
export function batchColumns({ entity, merge }: Pick<BatchPlan, 'entity' | 'merge'>): BatchColumn[] {
  const of = (source: BatchColumn['source'], from: Entity, properties: readonly string[]) =>
    properties.map((property): BatchColumn => {
      const isOnce = source === 'entries' && OF_THE_LANE.has(property);
      return { source, property, column: from.columns[property] as Column, isOnce };
    });
  const entries = auditEventEntity as unknown as Entity;
  const counts = figureCountEntity as unknown as Entity;
  const events = outboxEventEntity as unknown as Entity;
  return [
    ...of('inserts', entity, Object.keys(entity.columns)),
    ...of('merges', merge.entity, [merge.key, ...merge.set]),
    ...of('touches', merge.entity, [merge.key, ...merge.touch]),
    ...of('entries', entries, Object.keys(entries.columns)),
    ...of('counts', counts, Object.keys(counts.columns)),
    ...of('events', events, Object.keys(events.columns)),
  ];
}

function postgresText(entity: Entity, merge: MergePlan): string {
  const columns = batchColumns({ entity, merge }).map((column, index) => ({
    ...column,
    place: `$${index + 1}`,
  }));
  const insertFrom = (target: Entity, source: BatchColumn['source']) => {
    const own = columns.filter((column) => column.source === source);
    const once = own.filter(({ isOnce }) => isOnce);
    const names = [...once, ...own.filter(({ isOnce }) => !isOnce)].map(({ property }) =>
      toSnakeCase(property),
    );
    const values = [...once.map(({ place, column }) => `${place}::${postgresType(column)}`), 'fresh.*'].join(
      ', ',
    );
    return `INSERT INTO ${target.table} (${names.join(', ')}) SELECT ${values} FROM ${unnest(own)} AS fresh`;
  };
  const updateFrom = (source: BatchColumn['source']) => {
    const own = columns.filter((column) => column.source === source);
    const [key, ...set] = own.map(({ property }) => toSnakeCase(property)) as [string, ...string[]];
    const { table } = merge.entity;
    return (
      `UPDATE ${table} SET ${set.map((name) => `${name} = fresh.${name}`).join(', ')} FROM ${unnest(own)}` +
      ` AS fresh (${[key, ...set].join(', ')}) WHERE ${table}.${key} = fresh.${key}`
    );
  };
  return (
    `WITH inserted AS (${insertFrom(entity, 'inserts')}), merged AS (${updateFrom('merges')}),` +
    ` touched AS (${updateFrom('touches')}),` +
    ` audited AS (${insertFrom(auditEventEntity as unknown as Entity, 'entries')}),` +
    ` counted AS (${insertFrom(figureCountEntity as unknown as Entity, 'counts')})` +
    ` ${insertFrom(outboxEventEntity as unknown as Entity, 'events')}`
  );
}

function unnest(columns: readonly (BatchColumn & { place: string })[]): string {
  const arrays = columns.filter(({ isOnce }) => !isOnce);
  return `unnest(${arrays.map(({ place, column }) => `${place}::${postgresType(column)}[]`).join(', ')})`;
}
