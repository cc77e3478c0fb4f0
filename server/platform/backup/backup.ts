import { StartError } from '../../kernel/index.ts';
import { sha256 } from '../crypto/index.ts';
import {
  addToDigest,
  canonicalRow,
  countRows,
  endCopy,
  hashesOf,
  inTransaction,
  LIST_ITEMS_MAX,
  pagesOf,
  parentsFirst,
  prepareTarget,
  SELF_REFERENCES,
  SELF_REFERENCING_ROWS_MAX,
  verifyTarget,
  withSnapshot,
  type AnyRow,
  type CopyProgress,
  type Database,
  type Entity,
  type TableAccess,
  type TableSum,
  type TargetDeps,
} from '../persistence/index.ts';
import { backupDamaged, type BackupFileReader, type BackupFileWriter } from './backup-file.ts';

/** A piece of a file that goes into a backup; a long one is several, in their order. */
export interface FilePiece {
  /** Below the home folder, with slashes. */
  path: string;
  isFirst: boolean;
  bytes: Buffer;
}

/** What a backup holds. */
export interface BackupSum {
  tableCount: number;
  rowCount: number;
  fileCount: number;
}

/** Marks between the rows of a backup; rows are lists. */
type Mark =
  | { kind: 'file'; path: string; isFirst: boolean; bytes: string }
  | { kind: 'table'; table: string; columns: string[] }
  | { kind: 'table-end'; table: string; rows: number; digest: string }
  | ({ kind: 'end' } & BackupSum);

/** Rows of one page that are written to a target at once. */
const ROWS_AT_ONCE = 200;
const ROW_BYTES_AT_ONCE = 8 * 1024 * 1024;

/**
 * Writes the files, then every table as it is at one instant, while others go on writing. Rows are what a copy between
 * databases reads, so a backup of one database can be restored into the other. The caller opens and finishes the file.
 */
export async function writeBackup(deps: {
  from: Database;
  tables: readonly TableAccess[];
  counts: TargetDeps['counts'];
  to: BackupFileWriter;
  files: AsyncIterable<FilePiece>;
  onProgress?: (progress: CopyProgress) => void;
}): Promise<BackupSum> {
  const { from, tables, to } = deps;
  let [fileCount, done] = [0, 0];
  for await (const { path, isFirst, bytes } of deps.files) {
    if (isFirst) fileCount += 1;
    await to.line({ kind: 'file', path, isFirst, bytes: bytes.toString('base64') } satisfies Mark);
  }
  await withSnapshot(from, async (read) => {
    const total = [...(await countRows(deps, { read })).values()].reduce((sum, rows) => sum + rows, 0);
    for (const [index, { entity, ...access }] of tables.entries()) {
      const { table } = entity;
      await to.line({ kind: 'table', table, columns: Object.keys(entity.columns) } satisfies Mark);
      let sum: TableSum = { copiedRows: 0, digest: addToDigest('', []) };
      for await (const page of inOrder(read, { entity, ...access })) {
        for (const row of page) await to.line(canonicalRow(entity, row));
        const digest = addToDigest(sum.digest, hashesOf({ sha256: hash }, entity, page));
        sum = { copiedRows: sum.copiedRows + page.length, digest };
        const place = { table, tableNo: index + 1, tableCount: tables.length };
        deps.onProgress?.({ phase: 'copying', ...place, done: done + sum.copiedRows, total });
      }
      const mark = { table, rows: sum.copiedRows, digest: sum.digest };
      await to.line({ kind: 'table-end', ...mark } satisfies Mark);
      done += sum.copiedRows;
    }
  });
  const sum = { tableCount: tables.length, rowCount: done, fileCount };
  await to.line({ kind: 'end', ...sum } satisfies Mark);
  return sum;
}

/** Rows of a table that points into itself come parents first: so they can be written in this order. */
async function* inOrder(read: Database['read'], access: TableAccess): AsyncGenerator<AnyRow[]> {
  if (!SELF_REFERENCES[access.entity.table]) {
    yield* pagesOf(read, access, null);
    return;
  }
  const rows: AnyRow[] = [];
  for await (const page of pagesOf(read, access, null)) {
    rows.push(...page);
    if (rows.length > SELF_REFERENCING_ROWS_MAX)
      throw new Error(`Table ${access.entity.table} is too large.`);
  }
  yield parentsFirst(access.entity, rows);
}

/** What is done with what a backup holds while it is read. */
interface Taking {
  file(piece: FilePiece): Promise<void>;
  rows(table: string, lines: readonly unknown[][]): Promise<void>;
}

/**
 * Reads a backup to its end: every chunk is authentic, every table has the rows and the digest that were written, and
 * nothing is missing. Throws the StartErrors `backup.damaged` and `backup.wrong_key`; what was taken until then is the
 * caller's to undo.
 */
export async function readBackup(
  from: BackupFileReader,
  privateKey: Buffer,
  taking?: Taking,
): Promise<BackupSum & { sums: ReadonlyMap<string, TableSum> }> {
  const sums = new Map<string, TableSum>();
  let table: { name: string; sum: TableSum } | undefined;
  let waiting: { rows: unknown[][]; bytes: number } = { rows: [], bytes: 0 };
  let files = 0;
  let end: BackupSum | undefined;
  const flush = async () => {
    const { rows } = waiting;
    waiting = { rows: [], bytes: 0 };
    if (rows.length > 0 && table !== undefined) await taking?.rows(table.name, rows);
  };
  for await (const line of from.lines(privateKey)) {
    if (end !== undefined) throw backupDamaged('something stands behind its end');
    const value = JSON.parse(line) as Mark | unknown[];
    if (Array.isArray(value)) {
      if (table === undefined) throw backupDamaged('a row stands outside of its table');
      const digest = addToDigest(table.sum.digest, [sha256(line)]);
      table.sum = { copiedRows: table.sum.copiedRows + 1, digest };
      waiting.rows.push(value);
      waiting.bytes += line.length;
      if (waiting.rows.length >= ROWS_AT_ONCE || waiting.bytes >= ROW_BYTES_AT_ONCE) await flush();
    } else if (value.kind === 'file') {
      if (value.isFirst) files += 1;
      const { path, isFirst } = value;
      await taking?.file({ path, isFirst, bytes: Buffer.from(value.bytes, 'base64') });
    } else if (value.kind === 'table') {
      table = { name: value.table, sum: { copiedRows: 0, digest: addToDigest('', []) } };
    } else if (value.kind === 'table-end') {
      await flush();
      const isWhole = table?.sum.copiedRows === value.rows && table.sum.digest === value.digest;
      if (table === undefined || !isWhole)
        throw backupDamaged(`table ${value.table} is not what was written`);
      sums.set(table.name, table.sum);
      table = undefined;
    } else end = { tableCount: value.tableCount, rowCount: value.rowCount, fileCount: value.fileCount };
  }
  const rows = [...sums.values()].reduce((sum, { copiedRows }) => sum + copiedRows, 0);
  if (end === undefined || end.tableCount !== sums.size || end.rowCount !== rows || end.fileCount !== files)
    throw backupDamaged('not everything is in it that was written');
  return { ...end, sums };
}

/**
 * Puts the rows of a backup into a fresh schema of the same step, then reads them back and compares. The caller has read
 * the backup to its end before, so that a damaged one changes nothing. Files are handed to `file` in passing.
 */
export async function restoreBackup(
  deps: TargetDeps & { from: BackupFileReader; privateKey: Buffer; file: Taking['file'] },
): Promise<BackupSum> {
  const { from, to, tables, privateKey } = deps;
  const { installationId } = from.header;
  const byName = new Map(tables.map((access) => [access.entity.table, access]));
  await prepareTarget(deps, installationId);
  const { sums, ...sum } = await readBackup(from, privateKey, {
    file: deps.file,
    async rows(table, lines) {
      const access = byName.get(table);
      if (access === undefined) throw unknownTable(table);
      const rows = lines.map((line) => rowOf(access.entity, line));
      for (let at = 0; at < rows.length; at += LIST_ITEMS_MAX) {
        const page = rows.slice(at, at + LIST_ITEMS_MAX);
        await inTransaction(to, (session) => access.write(session, page));
      }
    },
  });
  await verifyTarget(deps, sums, sum.rowCount);
  await endCopy(deps, installationId);
  return sum;
}

/** A row of a backup as a statement takes it. */
function rowOf(entity: Entity, line: readonly unknown[]): AnyRow {
  const columns = Object.entries(entity.columns);
  if (columns.length !== line.length) throw unknownTable(entity.table);
  return Object.fromEntries(
    columns.map(([name, { kind }], index) => {
      const value = line[index] ?? null;
      if (value === null || typeof value !== 'string') return [name, value];
      if (kind === 'instant') return [name, new Date(value)];
      return [name, kind === 'bytes' || kind === 'sealed' ? Buffer.from(value, 'base64') : value];
    }),
  );
}

function unknownTable(table: string): StartError {
  return new StartError({
    code: 'backup.version',
    sentence: `The backup holds a table ${table} that this program knows in another form.`,
    remedy: 'Restore it with the version that made it, then upgrade.',
  });
}

function hash(text: string): Buffer {
  return sha256(text);
}
