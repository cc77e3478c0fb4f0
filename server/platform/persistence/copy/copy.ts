import { StartError, type Clock } from '../../../kernel/index.ts';
import type { Database } from '../data-source.ts';
import { LIST_ITEMS_MAX } from '../dialect/index.ts';
import type { Entity } from '../entity.ts';
import type { Session } from '../session.ts';
import { inTransaction, pagesOf } from './pages.ts';
import type { countStatements } from './copy.repo.ts';
import {
  COPY_END,
  COPY_FIRST,
  COPY_INSERT,
  LEASE_LIVE,
  SEED_DELETES,
  SEEDED,
  SELF_REFERENCES,
  TABLE_INSERT,
  TABLE_MOVE,
  TABLES,
  type AnyRow,
  type CopiedTable,
  type TableAccess,
} from './copy.repo.ts';
import { addToDigest, canonicalRow, keyOf, parentsFirst, SELF_REFERENCING_ROWS_MAX } from './copy.rules.ts';

/** How far a copy is; `total` and `done` are rows. */
export interface CopyProgress {
  phase: 'copying' | 'verifying';
  table: string;
  tableNo: number;
  tableCount: number;
  done: number;
  total: number;
}

/** What was copied. */
export interface CopyReport {
  installationId: string;
  tableCount: number;
  rowCount: number;
  /** Rows that an earlier run had copied already. */
  resumedRows: number;
}

/** What a copy works with. */
export interface CopyDeps {
  from: Database;
  to: Database;
  tables: readonly TableAccess[];
  /** The counts of every table of `tables`. */
  counts: ReturnType<typeof countStatements>;
  clock: Clock;
  sha256(text: string): Buffer;
  onProgress?(progress: CopyProgress): void;
}

/** Rows by table. */
export type Counts = ReadonlyMap<string, number>;
/** What of a copy a target alone needs. */
export type TargetDeps = Omit<CopyDeps, 'from'>;

/**
 * Copies every table of a stopped installation into a fresh schema of this version, page by page, each page with its mark in
 * one transaction: after a kill the next run goes on behind the last page. Then reads the target back and compares count and
 * digest of each table. Throws StartErrors `copy.*`, after which the source is as it was.
 */
export async function copyDatabase(deps: CopyDeps): Promise<CopyReport> {
  const counts = await requireSource(deps);
  const installationId = await requireInstallation(deps.from, deps.tables);
  const marks = await openTarget(deps, installationId);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const resumedRows = [...marks.values()].reduce((sum, mark) => sum + mark.copiedRows, 0);
  let done = 0;
  for (const [index, access] of deps.tables.entries()) {
    const { table } = access.entity;
    const place = { phase: 'copying' as const, table, tableNo: index + 1, tableCount: deps.tables.length };
    const mark = marks.get(table) as CopiedTable;
    const report = (rows: number) => deps.onProgress?.({ ...place, done: done + rows, total });
    report(mark.copiedRows);
    const whole = mark.isWhole ? mark : await copyTable(deps, access, mark, report);
    marks.set(table, whole);
    done += whole.copiedRows;
  }
  await requireUnchanged(deps, marks);
  await verifyTarget(deps, marks, total);
  await endCopy(deps, installationId);
  return { installationId, tableCount: deps.tables.length, rowCount: done, resumedRows };
}

/** Counts the rows of every table. */
export async function countRows(
  { counts }: Pick<CopyDeps, 'counts'>,
  { read }: Pick<Database, 'read'>,
): Promise<Counts> {
  const rows: { tableName: string; entryCount: number }[] = [];
  for (const count of counts) rows.push(...(await read((session) => session.all(count, {}))));
  return new Map(rows.map(({ tableName, entryCount }) => [tableName, entryCount]));
}

/** From here on a server may start on the target. */
export async function endCopy({ to, clock }: TargetDeps, installationId: string): Promise<void> {
  await inTransaction(to, async (session) => {
    const ended = { state: 'verified', verifiedAt: clock.now(), whereInstallationId: installationId };
    await session.run(COPY_END, { ...ended, whereState: 'copying' });
  });
}

async function requireSource(deps: CopyDeps): Promise<Counts> {
  const live = await deps.from.read((session) => session.all(LEASE_LIVE, { now: deps.clock.now() }));
  if (live.length > 0) {
    throw new StartError({
      code: 'copy.source_running',
      sentence: `A server works on the source: it holds ${live.map(({ name }) => name).join(', ')}.`,
      remedy: 'Stop every server of the source, wait ten seconds, then start the copy again.',
    });
  }
  return countRows(deps, deps.from);
}

async function requireInstallation(from: Database, tables: readonly TableAccess[]): Promise<string> {
  const installation = tables.find(({ entity }) => entity.table === 'installation') as TableAccess;
  const [row] = await from.read((session) => installation.read(session, 1));
  if (row) return row.id as string;
  throw new StartError({
    code: 'copy.source_empty',
    sentence: 'The source holds no installation.',
    remedy: 'Check --from; an installation exists once its server has been started.',
  });
}

/** Makes the target ready, or finds how far an earlier run came. */
async function openTarget(deps: CopyDeps, installationId: string): Promise<Map<string, CopiedTable>> {
  const known = await deps.to.read((session) => session.one(COPY_FIRST, { limit: 1 }));
  if (!known) await prepareTarget(deps, installationId);
  else if (known.installationId !== installationId) {
    throw new StartError({
      code: 'copy.target_other',
      sentence: `The target holds a copy of another installation, ${known.installationId}.`,
      remedy: 'Give an empty database as --to.',
    });
  } else if (known.state === 'verified') {
    throw new StartError({
      code: 'copy.finished',
      sentence: 'The target already holds a verified copy of this installation.',
      remedy: 'Use it; or give an empty database as --to.',
    });
  }
  const marks = await deps.to.read((session) => session.all(TABLES, {}));
  return new Map(marks.map((mark) => [mark.name, mark]));
}

/**
 * Makes a fresh schema ready for the rows of an installation: its own are taken away, and until `endCopy` no server starts on
 * it. Throws the StartError `copy.target_not_empty`.
 */
export async function prepareTarget(deps: TargetDeps, installationId: string): Promise<void> {
  const counts = await countRows(deps, deps.to);
  const filled = [...counts].find(([table, count]) => count > 0 && !SEEDED.includes(table as never));
  if (filled) {
    throw new StartError({
      code: 'copy.target_not_empty',
      sentence: `The target already holds data: ${filled[1]} rows in ${filled[0]}.`,
      remedy: 'Give an empty database as --to; nothing there was changed.',
    });
  }
  await inTransaction(deps.to, async (session) => {
    const row = { installationId, state: 'copying', startedAt: deps.clock.now(), verifiedAt: null };
    await session.run(COPY_INSERT, row);
    for (const clear of SEED_DELETES) await session.run(clear, {});
    const marks = deps.tables.map(({ entity }) => freshMark(entity.table));
    await session.runMany(TABLE_INSERT, marks);
  });
}

function freshMark(name: string): CopiedTable {
  return { name, copiedRows: 0, digest: addToDigest('', []), lastKey: null, isWhole: false };
}

async function copyTable(
  deps: CopyDeps,
  access: TableAccess,
  begun: CopiedTable,
  report: (rows: number) => void,
): Promise<CopiedTable> {
  const { entity } = access;
  let mark = begun;
  if (SELF_REFERENCES[entity.table]) {
    const rows: AnyRow[] = [];
    for await (const page of pagesOf(deps.from.read, access, null)) {
      rows.push(...page);
      if (rows.length > SELF_REFERENCING_ROWS_MAX) throw new Error(`Table ${entity.table} is too large.`);
    }
    const sorted = parentsFirst(entity, rows);
    for (let at = mark.copiedRows; at < sorted.length; at += LIST_ITEMS_MAX) {
      mark = await writePage(deps, access, mark, sorted.slice(at, at + LIST_ITEMS_MAX));
    }
  } else {
    for await (const page of pagesOf(deps.from.read, access, mark.lastKey)) {
      mark = await writePage(deps, access, mark, page);
      report(mark.copiedRows);
    }
  }
  return moveMark(deps, mark, { ...mark, isWhole: true });
}

async function writePage(
  deps: CopyDeps,
  access: TableAccess,
  mark: CopiedTable,
  page: readonly AnyRow[],
): Promise<CopiedTable> {
  const { entity } = access;
  const next = {
    ...mark,
    copiedRows: mark.copiedRows + page.length,
    digest: addToDigest(mark.digest, hashesOf(deps, entity, page)),
    lastKey: keyOf(entity, page.at(-1) as AnyRow) as (string | number)[],
  };
  return moveMark(deps, mark, next, (session) => access.write(session, page));
}

async function moveMark(
  deps: CopyDeps,
  from: CopiedTable,
  to: CopiedTable,
  write: (session: Session) => Promise<void> = async () => undefined,
): Promise<CopiedTable> {
  const { name, ...values } = to;
  await inTransaction(deps.to, async (session) => {
    const where = { whereName: name, whereCopiedRows: from.copiedRows, whereIsWhole: false };
    if ((await session.run(TABLE_MOVE, { ...values, ...where })) !== 1) {
      throw new StartError({
        code: 'copy.twice',
        sentence: 'Another copy into the same target runs.',
        remedy: 'Let that one finish.',
      });
    }
    await write(session);
  });
  return to;
}

/** The hash of each row of a page, the same whichever database it was read from. */
export function hashesOf(deps: Pick<CopyDeps, 'sha256'>, entity: Entity, page: readonly AnyRow[]): Buffer[] {
  return page.map((row) => deps.sha256(canonicalRow(entity, row)));
}

async function requireUnchanged(deps: CopyDeps, marks: ReadonlyMap<string, CopiedTable>): Promise<void> {
  const counts = await requireSource(deps);
  const changed = [...counts].filter(([table, count]) => marks.get(table)?.copiedRows !== count);
  if (changed.length === 0) return;
  throw new StartError({
    code: 'copy.source_changed',
    sentence: `The source changed during the copy: ${changed.map(([table]) => table).join(', ')}.`,
    remedy: 'Stop every server of the source and copy again into an empty database.',
  });
}

/** What a table must hold: how many rows, and their digest. */
export type TableSum = Pick<CopiedTable, 'copiedRows' | 'digest'>;

/** Reads the target back and compares it, table by table. Throws the StartError `copy.differs`. */
export async function verifyTarget(
  deps: TargetDeps,
  marks: ReadonlyMap<string, TableSum>,
  total: number,
): Promise<void> {
  let done = 0;
  const wrong: string[] = [];
  for (const [index, access] of deps.tables.entries()) {
    const { entity } = access;
    const place = { table: entity.table, tableNo: index + 1, tableCount: deps.tables.length };
    let seen = freshMark(entity.table);
    for await (const page of pagesOf(deps.to.read, access, null)) {
      const digest = addToDigest(seen.digest, hashesOf(deps, entity, page));
      seen = { ...seen, copiedRows: seen.copiedRows + page.length, digest };
      deps.onProgress?.({ phase: 'verifying', ...place, done: done + seen.copiedRows, total });
    }
    done += seen.copiedRows;
    const mark = marks.get(entity.table) as TableSum;
    if (seen.copiedRows !== mark.copiedRows || seen.digest !== mark.digest) wrong.push(entity.table);
  }
  if (wrong.length === 0) return;
  throw new StartError({
    code: 'copy.differs',
    sentence: `The target does not hold what was read from the source: ${wrong.join(', ')}.`,
    remedy: 'Somebody changed the target meanwhile; copy again into an empty database.',
  });
}

/** Refuses a database into which a copy was begun and not finished. Throws the StartError `copy.unfinished`. */
export async function assertCopyWhole(database: Database): Promise<void> {
  const copy = await database.read((session) => session.one(COPY_FIRST, { limit: 1 }));
  if (!copy || copy.state === 'verified') return;
  throw new StartError({
    code: 'copy.unfinished',
    sentence: 'A copy or a restore into this database was begun and has not been verified.',
    remedy:
      'Run vaultdesk db copy with the same --from and --to again, which goes on where it stopped; restore a backup into an empty database.',
  });
}
