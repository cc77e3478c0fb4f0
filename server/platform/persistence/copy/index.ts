export { assertCopyWhole, copyDatabase, type CopyProgress, type CopyReport } from './copy.ts';
export {
  copyOrder,
  copyTables,
  countStatements,
  FOREIGN_KEYS,
  NOT_COPIED,
  SEEDED,
  SELF_REFERENCES,
  TOKEN_TABLES,
} from './copy.repo.ts';
