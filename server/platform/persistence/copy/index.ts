export {
  assertCopyWhole,
  copyDatabase,
  countRows,
  endCopy,
  hashesOf,
  prepareTarget,
  verifyTarget,
  type CopyProgress,
  type CopyReport,
  type TableSum,
  type TargetDeps,
} from './copy.ts';
export { inTransaction, pagesOf, withSnapshot } from './pages.ts';
export { addToDigest, canonicalRow, parentsFirst, SELF_REFERENCING_ROWS_MAX } from './copy.rules.ts';
export {
  copyOrder,
  copyTables,
  countStatements,
  FOREIGN_KEYS,
  NOT_COPIED,
  SEEDED,
  SELF_REFERENCES,
  TOKEN_TABLES,
  type AnyRow,
  type TableAccess,
} from './copy.repo.ts';
