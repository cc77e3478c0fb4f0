import { AppError, type Clock, type ErrorCode, type Ids } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { DocumentLang, ExportFormat, ExportKind, ExportReader } from '../../platform/documents/index.ts';
import type { Db, Json, Tx } from '../../platform/persistence/index.ts';
import type { ExportRow } from './export.entity.ts';
import { stillReaches } from './export.scope.ts';
import {
  changeExport,
  countAsked,
  countOpen,
  findExport,
  insertExport,
  removeExport,
  removeParts,
} from './export.repo.ts';
import { EXPORT_LIMITS, fileNameOf, mayMove, type ExportState } from './export.rules.ts';
import type { ExportAccounts, ExportApprovals, ExportFiles, ExportQueue, TellExportEnd } from './ports.ts';

/** Kind of the job that makes a file, of the one that tidies up, and of the approval of plain values. */
export const EXPORT_JOB = 'export.make';
export const EXPORT_SWEEP_JOB = 'export.sweep';
export const EXPORT_APPROVAL = 'export.unmasked';

/** What somebody asks for. */
export interface ExportInput {
  kind: string;
  format: ExportFormat;
  lang: DocumentLang;
  offsetMinutes: number;
  /** Keys of columns; absent: all. */
  columns?: string[];
  params: Record<string, Json>;
  /** Plain values instead of masks; needs `reason` and a second person. */
  unmasked?: boolean;
  reason?: string;
}

/** What exports are built from. */
export interface ExportServiceDeps {
  clock: Clock;
  ids: Ids;
  crypto: Crypto;
  kinds: ReadonlyMap<string, ExportKind>;
  accounts: ExportAccounts;
  files: ExportFiles;
  queue: ExportQueue;
  approvals: ExportApprovals;
  tellEnd: TellExportEnd;
}

const HOUR_MS = 3_600_000;
/** A run changes its row with every page; a person who cancels meanwhile looks again. */
const CHANGE_TRIES = 20;

/** Asking for exports, cancelling, fetching, and their ends. */
export class ExportService {
  readonly #deps: ExportServiceDeps;

  constructor(deps: ExportServiceDeps) {
    this.#deps = deps;
  }

  /** The kinds somebody may ask for. */
  kindsFor(permissions: ReadonlySet<string>): ExportKind[] {
    return [...this.#deps.kinds.values()].filter(({ permission }) => permissions.has(permission));
  }

  /**
   * Notes what is wanted and puts it into the queue, or before a second person when plain values are wanted. Throws
   * `access.refused`, `export.open_limit`, `export.day_limit`, `request.invalid`. Records `export.ask`.
   */
  async ask(tx: Tx, input: ExportInput): Promise<ExportRow> {
    const kind = this.#deps.kinds.get(input.kind);
    if (kind === undefined) throw new AppError('request.invalid', { details: { part: 'kind' } });
    const { actor } = tx.context;
    const reader = actor.type === 'account' ? await this.#deps.accounts.readerOf(actor.id) : undefined;
    if (reader === undefined || !reader.permissions.has(kind.permission))
      throw new AppError('access.refused');
    assertFits(kind, input);
    await this.#assertRoom(tx, actor.id);
    const row = this.#rowOf(actor.id, input);
    await insertExport(tx, row);
    const { kind: name, format, isUnmasked } = row;
    const target = { type: 'export', id: row.id };
    tx.record({ action: 'export.ask', outcome: 'ok', target, details: { kind: name, format, isUnmasked } });
    if (!isUnmasked) return this.#enqueue(tx, row);
    const params = { exportId: row.id };
    const why = { reason: input.reason ?? '', key: row.id };
    await this.#deps.approvals.ask(tx, EXPORT_APPROVAL, params, why);
    return row;
  }

  /** The export of an id, if it is the account's own; `request.not_found` otherwise. */
  async get(db: Db, id: string, accountId: string): Promise<ExportRow> {
    const row = await findExport(db, id);
    if (row === undefined || row.accountId !== accountId) throw new AppError('request.not_found');
    return row;
  }

  /** Ends what is not finished, or throws a finished file away. Records `export.cancel`. */
  async cancel(tx: Tx, id: string, accountId: string): Promise<void> {
    const { state } = await this.get(tx, id, accountId);
    const row = await this.move(tx, id, 'cancelled');
    // Nobody is to decide on what nobody wants any more.
    if (state === 'waiting') await this.#deps.approvals.withdraw(tx, EXPORT_APPROVAL, id);
    tx.record({ action: 'export.cancel', outcome: 'ok', target: { type: 'export', id: row.id } });
  }

  /**
   * The content of a finished file. Who asked for it must still be allowed to have it: an account that has lost the
   * permission gets `access.refused`, one that reaches less of the organisation than the rows came from
   * `export.not_allowed`, another account `request.not_found`. Records `export.download`.
   */
  async open(tx: Tx, id: string): Promise<{ row: ExportRow; kind: ExportKind }> {
    const { actor } = tx.context;
    const row = await this.get(tx, id, actor.id);
    const kind = this.#deps.kinds.get(row.kind);
    const reader = await this.#deps.accounts.readerOf(actor.id);
    if (kind === undefined || reader === undefined || !reader.permissions.has(kind.permission))
      throw new AppError('access.refused');
    if (row.state === 'expired' || this.#isOver(row)) throw new AppError('export.expired');
    if (row.state !== 'ready' || row.fileId === null) throw new AppError('export.not_ready');
    const { ancestorsOf } = this.#deps.accounts;
    if (row.readScopes === null || !(await stillReaches(reader, row.readScopes, ancestorsOf)))
      throw new AppError('export.not_allowed');
    const target = { type: 'export', id: row.id };
    const { kind: name, format, rowCount, isUnmasked } = row;
    const details = { kind: name, format, rowCount, isUnmasked, sizeBytes: row.sizeBytes ?? 0 };
    tx.record({ action: 'export.download', outcome: 'ok', target, details });
    const changed = await changeExport(tx, row, { downloadCount: row.downloadCount + 1 });
    if (changed === undefined) throw new AppError('server.busy');
    return { row: changed, kind };
  }

  /** Moves an export, and tidies up behind it when that is its end. Throws `export.state_refused`. */
  async move(tx: Tx, id: string, to: ExportState, errorCode: ErrorCode | null = null): Promise<ExportRow> {
    for (let attempt = 0; attempt < CHANGE_TRIES; attempt += 1) {
      const row = await findExport(tx, id);
      if (row === undefined) throw new AppError('request.not_found');
      if (!mayMove(row.state as ExportState, to)) throw new AppError('export.state_refused');
      const endedAt = this.#deps.clock.now();
      const changed = await changeExport(tx, row, { state: to, errorCode, endedAt, fileId: null });
      if (changed === undefined) continue;
      await removeParts(tx, id);
      if (row.fileId !== null) await this.#deps.files.remove(tx, [row.fileId]);
      return changed;
    }
    throw new AppError('server.busy');
  }

  /** Marks an export as failed for good; records `export.fail` and tells the account. */
  async fail(tx: Tx, id: string, code: ErrorCode): Promise<void> {
    const row = await this.move(tx, id, 'failed', code);
    const target = { type: 'export', id };
    tx.record({ action: 'export.fail', outcome: 'failed', target, reason: code });
    await this.#deps.tellEnd(tx, { accountId: row.accountId, exportId: id, outcome: 'failed' });
  }

  /** Throws a file away whose time is over; records `export.expire`. */
  async expire(tx: Tx, id: string): Promise<void> {
    await this.move(tx, id, 'expired');
    tx.record({ action: 'export.expire', outcome: 'ok', target: { type: 'export', id } });
  }

  /** Forgets that there was one; records `export.forget`. */
  async forget(tx: Tx, id: string): Promise<void> {
    await removeExport(tx, id);
    tx.record({ action: 'export.forget', outcome: 'ok', target: { type: 'export', id } });
  }

  /** The second person agrees: the export goes into the queue. */
  async allow(tx: Tx, id: string): Promise<void> {
    const row = await findExport(tx, id);
    if (row?.state !== 'waiting') throw new AppError('export.state_refused');
    await this.#enqueue(tx, row);
  }

  /** The second person does not, or nobody decided in time. */
  async refuse(tx: Tx, id: string): Promise<void> {
    const row = await findExport(tx, id);
    // Cancelled by the account itself meanwhile.
    if (row?.state !== 'waiting') return;
    const { accountId } = await this.move(tx, id, 'refused');
    tx.record({ action: 'export.refuse', outcome: 'ok', target: { type: 'export', id } });
    await this.#deps.tellEnd(tx, { accountId, exportId: id, outcome: 'refused' });
  }

  /** The filters as they were asked for. */
  async paramsOf(row: ExportRow): Promise<Record<string, Json>> {
    return JSON.parse(await this.#deps.crypto.open(paramsCell(row.id), row.paramsEnc)) as Record<
      string,
      Json
    >;
  }

  /** Name under which the file is saved. */
  nameOf(row: ExportRow, kind: ExportKind): string {
    const { format, lang, askedAt: at, offsetMinutes } = row;
    return fileNameOf(kind, {
      ...{ format: format as ExportFormat, lang: lang as DocumentLang },
      ...{ at, offsetMinutes },
    });
  }

  /** The account that asked, if it may still have what it asked for; throws `export.not_allowed`. */
  async readerOf(row: ExportRow, kind: ExportKind): Promise<ExportReader> {
    const reader = await this.#deps.accounts.readerOf(row.accountId);
    if (reader === undefined || !reader.permissions.has(kind.permission))
      throw new AppError('export.not_allowed');
    return reader;
  }

  async #enqueue(tx: Tx, row: ExportRow): Promise<ExportRow> {
    const jobId = await this.#deps.queue.enqueue(tx, EXPORT_JOB, { exportId: row.id }, { key: row.id });
    const changed = await changeExport(tx, row, { jobId, state: 'queued' });
    if (changed === undefined) throw new AppError('request.version_stale');
    return changed;
  }

  async #assertRoom(tx: Tx, accountId: string): Promise<void> {
    const { openPerAccountMax, askedPerDayMax } = EXPORT_LIMITS;
    if ((await countOpen(tx, accountId)) >= openPerAccountMax)
      throw new AppError('export.open_limit', { details: { limit: openPerAccountMax } });
    const since = new Date(this.#deps.clock.now().getTime() - 24 * HOUR_MS);
    if ((await countAsked(tx, accountId, since)) >= askedPerDayMax)
      throw new AppError('export.day_limit', { details: { limit: askedPerDayMax } });
  }

  #rowOf(accountId: string, input: ExportInput): ExportRow {
    const { clock, ids, crypto } = this.#deps;
    const id = ids.next();
    return {
      ...{ id, accountId, kind: input.kind, format: input.format, lang: input.lang },
      offsetMinutes: input.offsetMinutes,
      columnKeys: input.columns ?? null,
      paramsEnc: crypto.installation.seal(paramsCell(id), JSON.stringify(input.params)),
      isUnmasked: input.unmasked ?? false,
      state: 'waiting',
      ...{ jobId: null, fileId: null, cursorText: null, partCount: 0, rowCount: 0, isCollected: false },
      ...{ sizeBytes: null, errorCode: null, askedAt: clock.now(), endedAt: null, expiresAt: null },
      ...{ downloadCount: 0, version: 1, readScopes: null, digestHex: null },
    };
  }

  #isOver({ expiresAt }: ExportRow): boolean {
    return expiresAt !== null && expiresAt <= this.#deps.clock.now();
  }
}

function paramsCell(rowId: string) {
  return { table: 'export_request', column: 'params_enc', rowId };
}

function assertFits(kind: ExportKind, input: ExportInput): void {
  const refuse = (part: string) => new AppError('request.invalid', { details: { part } });
  if (!kind.formats.includes(input.format)) throw refuse('format');
  kind.assertParams?.(input.params);
  const keys = new Set(kind.columns.map(({ key }) => key));
  if (input.columns?.some((key) => !keys.has(key))) throw refuse('columns');
  if (input.unmasked && !kind.canUnmask) throw refuse('unmasked');
  if (input.unmasked && input.reason === undefined) throw new AppError('approval.reason_invalid');
}
