export { col, toSnakeCase, type Column, type ColumnKind, type Json } from './columns.ts';
export { allEntities, defineEntity, type Entity, type RowOf } from './entity.ts';
export {
  allStatements,
  insert,
  portable,
  remove,
  select,
  update,
  type KindTypes,
  type Statement,
} from './statements.ts';
export type { Db, Tx, UnitContext, UnitOfWork } from './unit.ts';
