import type { Column } from './columns.ts';
import { toSnakeCase, type Columns, type RowOfColumns } from './columns.ts';
import { auditEventEntity } from './audit.entity.ts';
import { postgres } from './dialect/postgres.ts';
import type { Entity } from './entity.ts';
import { outboxEventEntity } from './outbox.entity.ts';
import { update, type Statement } from './statements.ts';

/**
 * What one hot-path item writes: a row of `entity`, and new values for one row of `merge.entity`. Both, the audit
 * entries, and the events of a whole batch go to the database in one statement.
 */
export interface BatchPlan<I = Record<string, unknown>, M = Record<string, unknown>> {
  readonly name: string;
  readonly entity: Entity;
  readonly merge: { readonly entity: Entity; readonly key: string; readonly set: readonly string[] };
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
    merge: { entity: Entity<D>; key: K; set: readonly S[] };
  },
): BatchPlan<RowOfColumns<C>, Pick<RowOfColumns<D>, K | S>> {
  const { entity, merge } = options;
  const mergeStatement = update(merge.entity, { name: `${name}.merge`, set: merge.set, where: [merge.key] });
  const postgresSql = postgresText(entity as unknown as Entity, merge as unknown as BatchPlan['merge']);
  batches.push({ name, text: postgresSql });
  return {
    name,
    entity: entity as unknown as Entity,
    merge: merge as unknown as BatchPlan['merge'],
    postgresSql,
    insertStatement: options.insertStatement as never,
    mergeStatement: mergeStatement as never,
  };
}

/** The columns of the batch statement's parameters, in order: entity, merge, audit entry, event. */
export function batchColumns(plan: BatchPlan): { entity: Entity; property: string; column: Column }[] {
  const whole = (entity: Entity) =>
    Object.entries(entity.columns).map(([property, column]) => ({ entity, property, column }));
  const merged = [plan.merge.key, ...plan.merge.set].map((property) => ({
    entity: plan.merge.entity,
    property,
    column: plan.merge.entity.columns[property] as Column,
  }));
  return [
    ...whole(plan.entity),
    ...merged,
    ...whole(auditEventEntity as unknown as Entity),
    ...whole(outboxEventEntity as unknown as Entity),
  ];
}

function postgresText(entity: Entity, merge: BatchPlan['merge']): string {
  let next = 0;
  const unnest = (columns: Column[]) =>
    `unnest(${columns.map((column) => `$${(next += 1)}::${arrayType(column)}`).join(', ')})`;
  const insertFrom = (target: Entity) => {
    const names = Object.keys(target.columns).map(toSnakeCase).join(', ');
    return `INSERT INTO ${target.table} (${names}) SELECT * FROM ${unnest(Object.values(target.columns))}`;
  };
  const inserted = insertFrom(entity);
  const mergeKeys = [merge.key, ...merge.set];
  const mergeNames = mergeKeys.map(toSnakeCase);
  const merged =
    `UPDATE ${merge.entity.table} SET ` +
    merge.set.map((key) => `${toSnakeCase(key)} = fresh.${toSnakeCase(key)}`).join(', ') +
    ` FROM ${unnest(mergeKeys.map((key) => merge.entity.columns[key] as Column))}` +
    ` AS fresh (${mergeNames.join(', ')}) WHERE ${merge.entity.table}.${toSnakeCase(merge.key)} = ` +
    `fresh.${toSnakeCase(merge.key)}`;
  const audited = insertFrom(auditEventEntity as unknown as Entity);
  const emitted = insertFrom(outboxEventEntity as unknown as Entity);
  return `WITH inserted AS (${inserted}), merged AS (${merged}), audited AS (${audited}) ${emitted}`;
}

function arrayType(column: Column): string {
  const { type, precision } = postgres.columnType(column);
  return `${type}${precision ? `(${precision})` : ''}[]`;
}
