import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';
import type { ImportFault, ImportLine } from './import.rules.ts';

/** A file of accounts that was checked. Its rows are forgotten once the accounts are made. */
export const accountImportEntity = defineEntity(
  'account_import',
  {
    id: col.uuid(),
    state: col.text(20),
    encoding: col.text(10),
    /** SHA-256 of the file, hexadecimal. */
    fileHash: col.text(64),
    newCount: col.int(),
    changedCount: col.int(),
    unchangedCount: col.int(),
    /** Rows with at least one fault. */
    faultyCount: col.int(),
    faults: col.json<ImportFault[]>(),
    rowLines: col.json<ImportLine[]>(),
    /** Accounts made that nobody has fetched a password for. */
    waitingIds: col.json<string[]>(),
    createdById: col.text(64),
    createdAt: col.instant(),
    appliedAt: col.instant().optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `account_import`. */
export type ImportRecord = RowOf<typeof accountImportEntity>;
