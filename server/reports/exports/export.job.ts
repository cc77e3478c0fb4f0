import { setImmediate } from 'node:timers/promises';
import { AppError, type Clock } from '../../kernel/index.ts';
import { createSha256, type Crypto } from '../../platform/crypto/index.ts';
import {
  createCsv,
  createHtml,
  createJson,
  createJsonl,
  createPdfTable,
  createXlsx,
  type CellValue,
  type DocumentLang,
  type ExportColumn,
  type ExportFormat,
  type ExportKind,
  type ExportPage,
  type TableDocument,
  type TableWriter,
} from '../../platform/documents/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import type { ExportPartRow, ExportRow } from './export.entity.ts';
import { listenTo } from './export.scope.ts';
import { changeExport, findExport, findPart, insertParts, removeParts } from './export.repo.ts';
import {
  chosenColumns,
  documentColumns,
  EXPORT_LIMITS,
  isPermanent,
  keptHoursOf,
  MEDIA_TYPES,
  rowsMaxOf,
  textIn,
} from './export.rules.ts';
import { EXPORT_JOB, type ExportService } from './export.service.ts';
import type { ExportFiles, TellExportEnd } from './ports.ts';

/** What a run may use of its job. */
export interface ExportRun {
  readonly signal: AbortSignal;
  checkpoint(state: Record<string, never>, progress: { done: number; total?: number }): Promise<void>;
}

/** What making files is built from. */
export interface ExportMakerDeps {
  uow: UnitOfWork;
  clock: Clock;
  crypto: Crypto;
  kinds: ReadonlyMap<string, ExportKind>;
  files: ExportFiles;
  tellEnd: TellExportEnd;
}

type Params = Awaited<ReturnType<ExportService['paramsOf']>>;

const WRITERS: Record<ExportFormat, (document: TableDocument) => TableWriter> = {
  xlsx: createXlsx,
  csv: createCsv,
  pdf: createPdfTable,
  html: createHtml,
  json: createJson,
  jsonl: createJsonl,
};
const HOUR_MS = 3_600_000;
/** Rows written before others get their turn; a PDF of this many takes some ten milliseconds. */
const WRITE_ROWS = 40;

/**
 * Makes files in two steps. First the rows are read page by page; each page is kept, sealed, with its place in the list
 * in one unit of work, so that a run that dies goes on where the last commit stood: no row is read twice or left out.
 * Then the file is written from what was kept; that can be repeated at will.
 */
export class ExportMaker {
  readonly #deps: ExportMakerDeps;
  readonly #service: ExportService;

  constructor(deps: ExportMakerDeps, service: ExportService) {
    this.#deps = deps;
    this.#service = service;
  }

  /** The kind of job that makes one file; an export that cannot be made ends as failed, and so does no job. */
  jobKind() {
    return {
      kind: EXPORT_JOB,
      title: { zh: '导出', en: 'Export' },
      maxAttempts: EXPORT_LIMITS.attemptsMax,
      timeoutMs: EXPORT_LIMITS.runMs,
      atOnce: EXPORT_LIMITS.atOnce,
      run: async (run: ExportRun, { exportId }: { exportId: string }) => this.make(exportId, run),
    };
  }

  /** Makes the file of an export, from wherever an earlier run left it. */
  async make(exportId: string, run: ExportRun): Promise<{ state: string; rows: number }> {
    const { uow } = this.#deps;
    try {
      await this.#make(exportId, run);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // Cancelled meanwhile: there is nothing left to do.
      if (error.code !== 'export.state_refused') await this.#fail(exportId, error);
    }
    const row = await uow.read((db) => findExport(db, exportId));
    return { state: row?.state ?? 'forgotten', rows: row?.rowCount ?? 0 };
  }

  /** Ends an export that no further run would mend; throws what another run may. */
  async #fail(exportId: string, error: AppError): Promise<void> {
    if (!isPermanent(error.code)) throw error;
    await this.#deps.uow.run({ actor: SYSTEM }, (tx) => this.#service.fail(tx, exportId, error.code));
  }

  async #make(exportId: string, run: ExportRun): Promise<void> {
    let row = await this.#begin(exportId);
    const kind = this.#deps.kinds.get(row.kind);
    if (kind === undefined) throw new AppError('export.kind_unknown');
    const params = await this.#service.paramsOf(row);
    while (!row.isCollected) {
      run.signal.throwIfAborted();
      row = await this.#collect(row, kind, params);
      await run.checkpoint({}, { done: row.rowCount });
    }
    await this.#write(row, kind, { params, run });
  }

  /** The export, marked as running; `export.state_refused` when it has ended. */
  async #begin(exportId: string): Promise<ExportRow> {
    return this.#deps.uow.run({ actor: SYSTEM }, async (tx) => {
      const row = await findExport(tx, exportId);
      if (row?.state !== 'queued' && row?.state !== 'running') throw new AppError('export.state_refused');
      if (row.state === 'running') return row;
      tx.record({ action: 'export.start', outcome: 'ok', target: { type: 'export', id: exportId } });
      const started = await changeExport(tx, row, { state: 'running' });
      if (started === undefined) throw new AppError('server.busy');
      return started;
    });
  }

  /** Reads one page and keeps it, in the name of the account that asked; `export.state_refused` when it has ended. */
  async #collect(row: ExportRow, kind: ExportKind, params: Params): Promise<ExportRow> {
    const reader = await this.#service.readerOf(row, kind);
    const { isUnmasked, cursorText: cursor } = row;
    return this.#deps.uow.run({ actor: reader.actor }, async (tx) => {
      const lang = row.lang as DocumentLang;
      const limit = EXPORT_LIMITS.pageRows;
      const listening = listenTo(reader, row.readScopes ?? []);
      const page = await kind.page(tx, {
        ...{ reader: listening.reader, params, cursor, limit, lang, isUnmasked },
      });
      const rowCount = row.rowCount + page.rows.length;
      const max = rowsMaxOf(row.format as ExportFormat);
      if (rowCount > max) throw new AppError('export.too_many_rows', { details: { limit: max } });
      const parts = this.#seal(row, page);
      await insertParts(tx, parts);
      const next = {
        ...{ cursorText: page.next, rowCount, partCount: row.partCount + parts.length },
        readScopes: listening.heard(),
      };
      const changed = await changeExport(tx, row, { ...next, isCollected: page.next === null });
      if (changed === undefined) throw new AppError('export.state_refused');
      const target = { type: 'export', id: row.id };
      const details = { kind: kind.kind, isUnmasked, ids: page.ids };
      tx.record({ action: 'export.collect', outcome: 'ok', target, details });
      return changed;
    });
  }

  /** Parts of at most half a MiB; a page of long texts may need several. */
  #seal(row: ExportRow, { rows }: ExportPage): ExportPartRow[] {
    const parts: ExportPartRow[] = [];
    let texts: string[] = [];
    let sizeBytes = 0;
    const close = () => {
      if (texts.length === 0) return;
      const partNo = row.partCount + parts.length;
      const cell = partCell(row.id, partNo);
      const rowsEnc = this.#deps.crypto.installation.seal(cell, `[${texts.join(',')}]`);
      parts.push({ exportId: row.id, partNo, rowCount: texts.length, rowsEnc });
      texts = [];
      sizeBytes = 0;
    };
    for (const cells of rows) {
      const text = JSON.stringify(cells);
      if (sizeBytes + Buffer.byteLength(text) > EXPORT_LIMITS.partBytesMax) close();
      texts.push(text);
      sizeBytes += Buffer.byteLength(text) + 1;
    }
    close();
    return parts;
  }

  async #write(
    row: ExportRow,
    kind: ExportKind,
    { params, run }: { params: Params; run: ExportRun },
  ): Promise<void> {
    const { uow, files } = this.#deps;
    const reader = await this.#service.readerOf(row, kind);
    const lang = row.lang as DocumentLang;
    const columns = chosenColumns(kind, row.columnKeys);
    const sectionColumn = columns.findIndex(({ key }) => key === kind.sectionKey);
    const writer = WRITERS[row.format as ExportFormat]({
      ...{ title: textIn(lang, kind.title), lang, columns: documentColumns(columns, lang) },
      origin: { account: reader.displayName, at: row.askedAt, offsetMinutes: row.offsetMinutes },
      notes: kind.notes(params, lang),
      ...(sectionColumn < 0 ? {} : { sectionColumn }),
    });
    await this.#removeLeftovers(row);
    const file = await files.create(
      { actor: reader.actor },
      {
        ...{ owner: { type: 'export', id: row.id }, requester: null, recordClass: 'export' },
        ...{ name: this.#service.nameOf(row, kind), type: MEDIA_TYPES[row.format as ExportFormat] },
      },
    );
    const digest = createSha256();
    const put = (bytes: Buffer) => {
      digest.update(bytes);
      return file.write(bytes);
    };
    try {
      let done = 0;
      for (let partNo = 0; partNo < row.partCount; partNo += 1) {
        const rows = await this.#openPart(row, kind, partNo);
        const picked = rows.map((cells) => pick(cells, kind, columns));
        for (let from = 0; from < picked.length; from += WRITE_ROWS) {
          await put(writer.rows(picked.slice(from, from + WRITE_ROWS)));
          await setImmediate();
        }
        done += rows.length;
        await run.checkpoint({}, { done, total: row.rowCount });
      }
      await put(writer.close());
    } catch (error) {
      await file.abort();
      throw error;
    }
    const { id: fileId, sizeBytes } = await file.close();
    const end = {
      fileId,
      sizeBytes,
      digestHex: digest.digest().toString('hex'),
      keptHours: keptHoursOf(kind),
    };
    await uow.run({ actor: reader.actor }, (tx) => this.#finish(tx, row, end));
  }

  async #finish(
    tx: Parameters<TellExportEnd>[0],
    row: ExportRow,
    { keptHours, ...end }: { fileId: string; sizeBytes: number; digestHex: string; keptHours: number },
  ): Promise<void> {
    const { clock, files, tellEnd } = this.#deps;
    const now = clock.now();
    const target = { type: 'export', id: row.id };
    const changed = await changeExport(tx, row, {
      ...{ state: 'ready', ...end, endedAt: now },
      expiresAt: new Date(now.getTime() + keptHours * HOUR_MS),
    });
    if (changed === undefined) {
      // Cancelled while the last bytes were written.
      await files.remove(tx, [end.fileId]);
      tx.record({ action: 'export.cancel', outcome: 'ok', target });
      return;
    }
    await removeParts(tx, row.id);
    const { rowCount, format, isUnmasked } = changed;
    tx.record({
      action: 'export.make',
      outcome: 'ok',
      target,
      details: { rowCount, sizeBytes: end.sizeBytes, format, isUnmasked, sha256: end.digestHex },
    });
    await tellEnd(tx, { accountId: row.accountId, exportId: row.id, outcome: 'ready', keptHours });
  }

  /** A run that died between closing its file and telling so leaves a file that nobody names. */
  async #removeLeftovers(row: ExportRow): Promise<void> {
    const { uow, files } = this.#deps;
    const owner = { type: 'export', id: row.id } as const;
    const left = await uow.read((db) => files.ofOwner(db, owner));
    if (left.length === 0) return;
    await uow.run({ actor: SYSTEM }, async (tx) => {
      const count = await files.remove(
        tx,
        left.map(({ id }) => id),
      );
      tx.record({ action: 'export.tidy', outcome: 'ok', target: owner, details: { count } });
    });
  }

  async #openPart(row: ExportRow, kind: ExportKind, partNo: number): Promise<CellValue[][]> {
    const part = await this.#deps.uow.read((db) => findPart(db, row.id, partNo));
    // Cancelled meanwhile: what was read is gone.
    if (part === undefined) throw new AppError('export.state_refused');
    const text = await this.#deps.crypto.open(partCell(row.id, partNo), part.rowsEnc);
    return (JSON.parse(text) as CellValue[][]).map((cells) =>
      cells.map((value, index) => revive(value, kind.columns[index])),
    );
  }
}

const SYSTEM = { type: 'system', id: 'system' } as const;

function partCell(exportId: string, partNo: number) {
  return { table: 'export_part', column: 'rows_enc', rowId: `${exportId}/${partNo}` };
}

function revive(value: CellValue, column: ExportColumn | undefined): CellValue {
  const isTime = column?.type === 'instant' || column?.type === 'date';
  return isTime && typeof value === 'string' ? new Date(value) : value;
}

function pick(cells: readonly CellValue[], kind: ExportKind, columns: readonly ExportColumn[]): CellValue[] {
  return columns.map((column) => cells[kind.columns.indexOf(column)] ?? null);
}
