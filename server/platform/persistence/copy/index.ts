export { assertCopyWhole, copyDatabase, type CopyProgress, type CopyReport } from './copy.ts';
export {
  copyOrder,
  copyTables,
  countStatement,
  FOREIGN_KEYS,
  SEEDED,
  SELF_REFERENCES,
  TOKEN_TABLES,
} from './copy.repo.ts';
