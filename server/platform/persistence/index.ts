export { sealedTables, type SealedRow, type SealedTable, type SealedValue } from './sealed-table.ts';
export {
  auditEpochEntity,
  auditEventEntity,
  auditPurgeChunkEntity,
  auditPurgeEntity,
  toAuditRow,
  type AuditEventRow,
  type AuditPurgeChunkRow,
  type AuditPurgeRow,
} from './audit.entity.ts';
export { createAuditStorage, PURGE_LAST } from './audit-storage.ts';
export { batchPlan, batchStatements, type BatchPlan } from './batch-plan.ts';
export { openBatchConnections } from './batch-connection.ts';
export * from './batch-writer.ts';
export {
  col,
  hashColumn,
  maskOf,
  toSnakeCase,
  type Column,
  type ColumnKind,
  type Json,
  type SealedIndex,
} from './columns.ts';
export * from './copy/index.ts';
export { dialectOf, openDatabase, ORACLE_SESSION, oracleCredentials, type Database } from './data-source.ts';
export * from './deks.ts';
export { DatabaseConflict, LIST_ITEMS_MAX, renderStatement } from './dialect/index.ts';
export { allEntities, defineEntity, type Entity, type RowOf } from './entity.ts';
export {
  createOutboxWriter,
  deadLetterEntity,
  OUTBOX_STATE,
  outboxEventEntity,
  toDomainEvent,
  type OutboxRow,
} from './outbox.entity.ts';
export { addMonthPartitions, dropEmptyMonths, MONTHS_AHEAD } from './month-partitions.ts';
export {
  dayOf,
  differenceOf,
  foldFigures,
  hourOf,
  recount,
  recountMany,
  type Counted,
} from './figure-count.ts';
export { atOneMoment } from './one-moment.ts';
export * from './owned-rows.ts';
export * from './record-store.ts';
export {
  allStatements,
  insert,
  insertIfFree,
  portable,
  remove,
  select,
  update,
  type KindTypes,
  type Statement,
} from './statements.ts';
export {
  columnKinds,
  columnList,
  SCOPE_PARAMS,
  scopeParams,
  selectWithin,
  underScope,
  narrowScope,
  unitOfNew,
  unitRows,
  withinScope,
  type ScopeParams,
  type UnitRows,
} from './scoped-rows.ts';
export { isWhole, readScoped, scopedList, type ScopedList } from './scoped-list.ts';
export { openInstallation } from './installation.ts';
export { openTrail, type Trail } from './trail.ts';
export { openAuditSpool, SPOOL_LIMITS, type AuditEmitter } from './audit-spool.ts';
export { endPredecessors, nameSessions } from './predecessors.ts';
export { inTransaction } from './technical.ts';
export { createStorageGuard, type StorageGuard } from './storage-guard.ts';
export { assertDatabaseFits, assertSealedColumns } from './fitness.ts';
export { schemaDifferences } from './schema-check.ts';
export { createUnitOfWork, OUTBOX_INSERT } from './unit-of-work.ts';
export type { Db, Tx, UnitContext, UnitOfWork } from './unit.ts';
export { withFreshLeaves } from './fresh-leaves.ts';
export { BinaryArrays } from './dialect/postgres-arrays.ts';
