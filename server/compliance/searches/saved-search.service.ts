import {
  AppError,
  SYSTEM_ACTOR,
  type Actor,
  type Clock,
  type Ids,
  type TimeZone,
} from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { DocumentLang, ExportFormat } from '../../platform/documents/index.ts';
import type { AnyJobKind, JobKind } from '../../platform/jobs/index.ts';
import type { Notifier } from '../../platform/notify/index.ts';
import type { Db, Json, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import type { EventFilter } from '../search/event.view.ts';
import { assertWords } from '../search/word-search.ts';
import type { SavedSearchRow } from './saved-search.entity.ts';
import {
  changeSavedSearch,
  findSavedSearch,
  insertSavedSearch,
  listDue,
  listSavedSearches,
  removeSavedSearch,
} from './saved-search.repo.ts';
import { nextReportAt, periodBefore, SAVED_SEARCH_LIMITS, type ReportPeriod } from './saved-search.rules.ts';

/** How a report is made of a search. */
export interface ReportPlan {
  period: ReportPeriod;
  /** Hour of the day, 0 to 23, on the clock of the installation. */
  atHour: number;
  format: ExportFormat;
  lang: DocumentLang;
}

/** What an officer keeps. A search with a report leaves its times to the report's period. */
export interface SavedSearchInput {
  name: string;
  filter: EventFilter;
  report: ReportPlan | null;
}

/** Port: asks for a file in the name of the unit's account; made in the background, the account is told. */
export type AskReport = (
  tx: Tx,
  order: { format: ExportFormat; lang: DocumentLang; offsetMinutes: number; params: Record<string, Json> },
) => Promise<{ id: string }>;

/** What saved searches need. */
export interface SavedSearchDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  crypto: Crypto;
  zone: TimeZone;
  notifier: Pick<Notifier, 'send'>;
  askReport: AskReport;
  /** The account with its rights, if it is active. */
  readerOf(accountId: string): Promise<{ actor: Actor; permissions: ReadonlySet<string> } | undefined>;
}

const REPORT_PERMISSION = 'audit:export';
const TIMEOUT_MS = 5 * 60_000;
/** Rooms of exports are taken at the moment; the report is due at the next look again. */
const LATER: ReadonlySet<string> = new Set(['export.open_limit', 'export.day_limit', 'server.busy']);

/** Searches that officers keep, and the reports that come of them. */
export class SavedSearchService {
  readonly #deps: SavedSearchDeps;

  constructor(deps: SavedSearchDeps) {
    this.#deps = deps;
  }

  /** Keeps a search of the acting account. Throws `audit.query_limit`, `access.refused`. Records `audit.query-save`. */
  async create(tx: Tx, input: SavedSearchInput, mayReport: boolean): Promise<SavedSearchRow> {
    const { clock, ids } = this.#deps;
    const accountId = tx.context.actor.id;
    if ((await listSavedSearches(tx, accountId)).length >= SAVED_SEARCH_LIMITS.perAccountMax)
      throw new AppError('audit.query_limit', { details: { limit: SAVED_SEARCH_LIMITS.perAccountMax } });
    const id = ids.next();
    const row: SavedSearchRow = {
      ...{ id, accountId, createdAt: clock.now(), version: 1 },
      ...{ lastAt: null, lastExportId: null },
      ...this.#contentOf(id, input, mayReport),
    };
    await insertSavedSearch(tx, row);
    this.#record(tx, row);
    return row;
  }

  /** Replaces an own search. Throws `request.not_found`, `request.version_stale`. Records `audit.query-save`. */
  async update(
    tx: Tx,
    target: { id: string; version: number },
    input: SavedSearchInput & { mayReport: boolean },
  ): Promise<SavedSearchRow> {
    const row = await this.#own(tx, target.id);
    const content = this.#contentOf(row.id, input, input.mayReport);
    const changed = row.version === target.version ? await changeSavedSearch(tx, row, content) : undefined;
    if (changed === undefined) throw new AppError('request.version_stale');
    this.#record(tx, changed);
    return changed;
  }

  /** Forgets an own search. Records `audit.query-remove`. */
  async remove(tx: Tx, id: string): Promise<void> {
    if (!(await removeSavedSearch(tx, id, tx.context.actor.id))) throw new AppError('request.not_found');
    tx.record({ action: 'audit.query-remove', outcome: 'ok', target: { type: 'audit-query', id } });
  }

  /** Searches of the acting account. */
  list(db: Db, accountId: string): Promise<SavedSearchRow[]> {
    return listSavedSearches(db, accountId);
  }

  /** Name and filter in clear. */
  async open({ id, nameEnc, filterEnc }: SavedSearchRow): Promise<{ name: string; filter: EventFilter }> {
    const { crypto } = this.#deps;
    return {
      name: await crypto.open(cellOf(id, 'name_enc'), nameEnc),
      filter: JSON.parse(await crypto.open(cellOf(id, 'filter_enc'), filterEnc)) as EventFilter,
    };
  }

  /** The job that starts the reports that are due. */
  get job(): AnyJobKind {
    const kind: JobKind<Record<string, never>> = {
      kind: 'compliance.audit-reports',
      title: { zh: '定期审计报告', en: 'Scheduled audit reports' },
      schedule: '*/5 * * * *',
      maxAttempts: 3,
      timeoutMs: TIMEOUT_MS,
      run: async () => ({ started: await this.startDue() }),
    };
    return kind;
  }

  /** Starts what is due; gives how many were started. Each is a unit of work in the name of its account. */
  async startDue(): Promise<number> {
    const { uow, clock } = this.#deps;
    const due = await uow.read((db) => listDue(db, clock.now(), SAVED_SEARCH_LIMITS.startedAtOnce));
    let startedCount = 0;
    for (const id of due) startedCount += (await this.#start(id)) ? 1 : 0;
    return startedCount;
  }

  async #start(id: string): Promise<boolean> {
    const { uow, readerOf } = this.#deps;
    const row = await uow.read((db) => findSavedSearch(db, id));
    if (!row?.nextAt) return false;
    const reader = await readerOf(row.accountId);
    if (reader === undefined || !reader.permissions.has(REPORT_PERMISSION)) {
      await this.#switchOff(row);
      return false;
    }
    try {
      await uow.run({ actor: reader.actor }, (tx) => this.#report(tx, row));
      return true;
    } catch (error) {
      if (error instanceof AppError && LATER.has(error.code)) return false;
      throw error;
    }
  }

  /** Asks for the report of the oldest period that is due; an outage is made up for, one report after the other. */
  async #report(tx: Tx, row: SavedSearchRow): Promise<void> {
    const { zone, clock, askReport } = this.#deps;
    const dueAt = row.nextAt as Date;
    const plan = planOf(row) as ReportPlan;
    const { filter } = await this.open(row);
    const { from, to } = periodBefore(plan.period, zone, dueAt);
    const offsetMinutes = offsetAt(zone, dueAt);
    const params = { ...filter, from: from.toISOString(), to: to.toISOString() } as Record<string, Json>;
    const { id: lastExportId } = await askReport(tx, { ...plan, offsetMinutes, params });
    const nextAt = this.#nextAfter(plan, dueAt);
    const changed = await changeSavedSearch(tx, row, {
      ...{ nextAt, lastAt: clock.now(), lastExportId, errorCode: null },
    });
    if (changed === undefined) throw new AppError('server.busy');
    tx.record({
      ...{ action: 'audit.report', outcome: 'ok', target: { type: 'audit-query', id: row.id } },
      details: { exportId: lastExportId, from: from.toISOString(), to: to.toISOString() },
    });
  }

  #nextAfter(plan: ReportPlan, dueAt: Date): Date {
    const { zone, clock } = this.#deps;
    const firings: Date[] = [];
    let next = nextReportAt(plan, zone, dueAt);
    for (; next <= clock.now(); next = nextReportAt(plan, zone, next)) firings.push(next);
    return firings.at(-SAVED_SEARCH_LIMITS.madeUpMax) ?? firings[0] ?? next;
  }

  /** An account that left or may no longer export gets no reports; officers are told. */
  async #switchOff(row: SavedSearchRow): Promise<void> {
    const { uow, notifier } = this.#deps;
    await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const off = { nextAt: null, period: null, errorCode: 'access.refused' };
      if ((await changeSavedSearch(tx, row, off)) === undefined) return;
      const target = { type: 'audit-query', id: row.id };
      tx.record({ action: 'audit.report', outcome: 'refused', target, reason: 'access.refused' });
      const kind = 'audit.report-off';
      await notifier.send(tx, {
        ...{ kind, severity: 'warning', params: {}, key: `${kind}/${row.id}`, link: '/audit/searches' },
        to: { permission: REPORT_PERMISSION },
      });
    });
  }

  #contentOf(id: string, { name, filter, report }: SavedSearchInput, mayReport: boolean) {
    const { crypto, clock, zone } = this.#deps;
    assertWords(filter);
    if (report !== null && !mayReport) throw new AppError('access.refused');
    const { from: _from, to: _to, ...untimed } = filter;
    const kept = report === null ? filter : untimed;
    return {
      nameEnc: crypto.installation.seal(cellOf(id, 'name_enc'), name.trim()),
      filterEnc: crypto.installation.seal(cellOf(id, 'filter_enc'), JSON.stringify(kept)),
      period: report?.period ?? null,
      atHour: report?.atHour ?? null,
      format: report?.format ?? null,
      lang: report?.lang ?? null,
      nextAt: report === null ? null : nextReportAt(report, zone, clock.now()),
      errorCode: null,
    };
  }

  async #own(tx: Tx, id: string): Promise<SavedSearchRow> {
    const row = await findSavedSearch(tx, id);
    if (row?.accountId !== tx.context.actor.id) throw new AppError('request.not_found');
    return row;
  }

  #record(tx: Tx, { id, period, format }: SavedSearchRow): void {
    tx.record({
      ...{ action: 'audit.query-save', outcome: 'ok', target: { type: 'audit-query', id } },
      ...(period === null ? {} : { details: { period, format: format ?? '' } }),
    });
  }
}

const MINUTE_MS = 60_000;

/** The report of a search; null while none is made. */
export function planOf({ period, atHour, format, lang }: SavedSearchRow): ReportPlan | null {
  if (period === null || atHour === null || format === null || lang === null) return null;
  return {
    ...{ period: period as ReportPeriod, atHour },
    ...{ format: format as ExportFormat, lang: lang as DocumentLang },
  };
}

/** Minutes that the installation's clock is ahead of UTC. */
function offsetAt(zone: TimeZone, at: Date): number {
  const { year, month, day, hour, minute } = zone.wallAt(at.getTime());
  const wallMs = Date.UTC(year, month - 1, day, hour, minute);
  return Math.round((wallMs - Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS) / MINUTE_MS);
}

function cellOf(rowId: string, column: 'name_enc' | 'filter_enc') {
  return { table: 'audit_query', column, rowId };
}
