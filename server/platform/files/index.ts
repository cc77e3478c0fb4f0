export { createClamdScanner, SCAN_TIMEOUT_MS } from './clamd.ts';
export type { ByteSource } from './byte-source.ts';
export {
  createFileChecker,
  type CheckerTellings,
  type FileChecker,
  type Scanner,
  type ScanResult,
  type Thumbnailer,
} from './file-checker.ts';
export { createFiles, type Files } from './files.ts';
export { FileStore, type CreatedFile, type FileInfo, type FileOwner } from './file-store.ts';
export { beginRoute, fileRoutes, presentFileItem, type FileRouteOptions } from './file.routes.ts';
export { eraseFiles } from './file.erasure.ts';
export { listFilesOf } from './file.listing.ts';
export { fileRecords } from './file.records.ts';
export { fileItem } from './file.schema.ts';
export { createThumbnailer } from './thumbnailer.ts';
export { FILE_LIMITS } from './limits.ts';
export type { MadeFiles } from './made-files.ts';
export type { FileOwnerType, FileState } from './stored-file.entity.ts';
