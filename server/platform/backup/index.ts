export {
  backupDamaged,
  BACKUP_CHUNK_BYTES,
  BackupFileReader,
  BackupFileWriter,
  type BackupHeader,
} from './backup-file.ts';
export { readBackup, restoreBackup, writeBackup, type BackupSum, type FilePiece } from './backup.ts';
export { homePieces, homeTaker } from './home-files.ts';
