export { sealedTables, type SealedRow, type SealedTable, type SealedValue } from './sealed-table.ts';
export { auditEpochEntity, auditEventEntity, toAuditRow, type AuditEventRow } from './audit.entity.ts';
export { createAuditStorage } from './audit-storage.ts';
export { batchPlan, batchStatements, type BatchPlan } from './batch-plan.ts';
export { openBatchConnections } from './batch-connection.ts';
export * from './batch-writer.ts';
export { col, toSnakeCase, type Column, type ColumnKind, type Json } from './columns.ts';
export * from './copy/index.ts';
export { dialectOf, openDatabase, oracleCredentials, type Database } from './data-source.ts';
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
export { createStorageGuard, type StorageGuard } from './storage-guard.ts';
export { assertDatabaseFits } from './fitness.ts';
export { schemaDifferences } from './schema-check.ts';
export { createUnitOfWork } from './unit-of-work.ts';
export type { Db, Tx, UnitContext, UnitOfWork } from './unit.ts';
