import { AppError, type Actor, type Clock, type Ids } from '../../kernel/index.ts';
import type { AnyJobKind, JobContext, JobQueue } from '../../platform/jobs/index.ts';
import type { Db, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { wordingKeys } from '../articles/article.rules.ts';
import type { ArticleService } from '../articles/article.service.ts';
import { judgeRow, type Verdict } from './transfer.check.ts';
import type { ArticleImportRow, RowOutcome, TransferRow } from './transfer.entity.ts';
import {
  findImport,
  insertImport,
  listImports,
  listRows,
  removeImport,
  settleRow,
  writeImport,
} from './transfer.repo.ts';
import {
  findingOf,
  parseRow,
  TRANSFER_RULES,
  type Finding,
  type RawRow,
  type RowContent,
  type TransferFormat,
} from './transfer.rules.ts';

/** What imports of articles need. */
export interface TransferDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  service: ArticleService;
  queue: JobQueue;
}

/** A file that was read. */
export interface ReadTransfer {
  format: TransferFormat;
  fileHash: string;
  rows: RawRow[];
}

const CHECK_JOB = 'knowledge.check-import';
const APPLY_JOB = 'knowledge.apply-import';
/** Reason that stands in the versions an import writes. */
const REASON = 'import';
const TIMEOUT_MS = 3_600_000;
const COUNT_OF = {
  new: 'newCount',
  changed: 'changedCount',
  unchanged: 'unchangedCount',
  conflict: 'conflictCount',
  faulty: 'faultyCount',
  applied: 'appliedCount',
} as const;
type Counted = keyof typeof COUNT_OF;

/** Files of articles: looked at row by row first, brought in as versions in review when somebody says so. */
export class TransferService {
  readonly #deps: TransferDeps;

  constructor(deps: TransferDeps) {
    this.#deps = deps;
  }

  /** Keeps a file and has it looked at; changes no article. Files this account had looked at but not used go. */
  async receive(tx: Tx, file: ReadTransfer): Promise<ArticleImportRow> {
    const { ids, clock, queue } = this.#deps;
    const createdById = tx.context.actor.id;
    await this.#tidy(tx, createdById);
    const row: ArticleImportRow = {
      ...{ id: ids.next(), state: 'checking', format: file.format, fileHash: file.fileHash },
      ...{ rowCount: file.rows.length, doneCount: 0, newCount: 0, changedCount: 0, unchangedCount: 0 },
      ...{ conflictCount: 0, faultyCount: 0, appliedCount: 0 },
      ...{ createdById, createdAt: clock.now(), endedAt: null, version: 1 },
    };
    await insertImport(tx, row, toRows(row.id, file.rows));
    await queue.enqueue(tx, CHECK_JOB, { id: row.id });
    record(tx, row, 'check');
    return row;
  }

  /** An import of the actor's own; those of others are not found. */
  async get(db: Db, id: string, actorId: string): Promise<ArticleImportRow> {
    const row = await findImport(db, id);
    if (row?.createdById !== actorId) throw new AppError('request.not_found');
    return row;
  }

  /** The newest imports of an account. */
  list(db: Db, actorId: string): Promise<ArticleImportRow[]> {
    return listImports(db, actorId, TRANSFER_RULES.keptMax);
  }

  /** Brings in what is new or changed; what is in conflict or faulty stays out. Throws `article_import.state_refused`. */
  async apply(tx: Tx, id: string, version: number): Promise<ArticleImportRow> {
    const read = await this.get(tx, id, tx.context.actor.id);
    if (read.version !== version) throw new AppError('request.version_stale');
    const isFit = read.state === 'checked' && read.newCount + read.changedCount > 0;
    if (!isFit) throw new AppError('article_import.state_refused');
    const row = await write(tx, read, { state: 'applying', doneCount: 0 });
    await this.#deps.queue.enqueue(tx, APPLY_JOB, { id });
    record(tx, row, 'apply');
    return row;
  }

  /** The two pieces of background work. A run that dies goes on behind the rows that are settled. */
  jobKinds(): AnyJobKind[] {
    const kind = (
      name: string,
      title: { zh: string; en: string },
      run: (id: string, context: JobContext) => Promise<void>,
    ): AnyJobKind => ({
      ...{ kind: name, title, maxAttempts: 3, timeoutMs: TIMEOUT_MS },
      run: (context: JobContext, { id }: { id: string }) => run(id, context),
    });
    return [
      kind(CHECK_JOB, { zh: '检查知识导入文件', en: 'Check a file of articles' }, (id, context) =>
        this.#check(id, context),
      ),
      kind(APPLY_JOB, { zh: '导入知识', en: 'Bring in a file of articles' }, (id, context) =>
        this.#applyRows(id, context),
      ),
    ];
  }

  async #tidy(tx: Tx, actorId: string): Promise<void> {
    const known = await listImports(tx, actorId, 2 * TRANSFER_RULES.keptMax);
    const busyFrom = this.#deps.clock.now().getTime() - TIMEOUT_MS;
    // One whose work failed for good is in nobody's way for ever.
    const isBusy = ({ state, createdAt }: ArticleImportRow) =>
      (state === 'checking' || state === 'applying') && createdAt.getTime() > busyFrom;
    if (known.some(isBusy)) throw new AppError('article_import.state_refused');
    const kept = known.filter(({ state }) => state !== 'checked').slice(0, TRANSFER_RULES.keptMax - 1);
    for (const row of known) if (!kept.includes(row)) await removeImport(tx, row.id);
  }

  async #check(id: string, context: JobContext): Promise<void> {
    const { uow } = this.#deps;
    const read = await uow.read((db) => findImport(db, id));
    if (read?.state !== 'checking') return;
    const seen = new Seen();
    // Started anew after a kill: what a row is compared with in its own file is in memory.
    const counts = new Map<Counted, number>();
    await this.#each(read, context, async (rows, actor, done) => {
      const judged: TransferRow[] = [];
      for (const row of rows) {
        const verdict = await uow.read((db) => judge(db, row, seen));
        judged.push({
          ...row,
          ...settled(verdict.outcome, 'finding' in verdict ? verdict.finding : undefined),
        });
        const outcome = verdict.outcome as Counted;
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      }
      await uow.run({ actor }, async (tx) => {
        for (const row of judged) await settleRow(tx, row);
        const isLast = done === read.rowCount;
        const row = await this.#count(tx, id, { counts, done, ...(isLast && { state: 'checked' }) });
        record(tx, row, isLast ? 'checked' : 'rows');
      });
    });
  }

  async #applyRows(id: string, context: JobContext): Promise<void> {
    const { uow, clock } = this.#deps;
    const read = await uow.read((db) => findImport(db, id));
    if (read?.state !== 'applying') return;
    await this.#each(read, context, async (rows, actor, done) => {
      await uow.run({ actor }, async (tx) => {
        let applied = 0;
        for (const row of rows) if (await this.#bringIn(tx, row)) applied += 1;
        const now = await findImport(tx, id);
        const counts = new Map<Counted, number>([['applied', (now?.appliedCount ?? 0) + applied]]);
        const end = done === read.rowCount ? { state: 'done', endedAt: clock.now() } : {};
        record(tx, await this.#count(tx, id, { counts, done, ...end }), 'rows');
      });
    });
  }

  /** Hands over the rows in parts, with how many are done after each. */
  async #each(
    { id, createdById }: ArticleImportRow,
    context: JobContext,
    work: (rows: TransferRow[], actor: Actor, done: number) => Promise<void>,
  ): Promise<void> {
    const actor: Actor = { type: 'account', id: createdById };
    let afterLine = 0;
    let done = 0;
    for (;;) {
      const range = { importId: id, afterLine, limit: TRANSFER_RULES.rowsAtOnce };
      const rows = await this.#deps.uow.read((db) => listRows(db, range));
      const last = rows.at(-1);
      if (!last) return;
      done += rows.length;
      await work(rows, actor, done);
      await context.checkpoint(null, { done });
      afterLine = last.line;
    }
  }

  async #count(
    tx: Tx,
    id: string,
    to: { counts: ReadonlyMap<Counted, number>; done: number; state?: string; endedAt?: Date },
  ): Promise<ArticleImportRow> {
    const read = await findImport(tx, id);
    if (!read) throw new AppError('request.not_found');
    const { counts, done, ...end } = to;
    const numbers = Object.fromEntries([...counts].map(([outcome, count]) => [COUNT_OF[outcome], count]));
    return write(tx, read, { ...numbers, doneCount: done, ...end });
  }

  /** Writes one article and hands it to another person's eyes; looked at once more, because time has passed. */
  async #bringIn(tx: Tx, row: TransferRow): Promise<boolean> {
    const { service } = this.#deps;
    if (!['new', 'changed'].includes(row.outcome) || row.articleId === null || !row.content) return false;
    const verdict = await judgeRow(tx, row.articleId, row.content);
    const refuse = (finding: Finding) => settleRow(tx, { ...row, ...settled('refused', finding) });
    if (!('input' in verdict) || verdict.outcome !== row.outcome) {
      await refuse('finding' in verdict ? verdict.finding : { code: 'changed_since' });
      return false;
    }
    try {
      const { input } = verdict;
      const isNew = verdict.outcome === 'new';
      if (isNew) await service.create(tx, row.content.locale, input, row.articleId);
      else await service.revise(tx, row.articleId, { ...input, reason: REASON });
      await service.submit(tx, row.articleId);
    } catch (error) {
      // Refused before anything of it was written.
      if (!(error instanceof AppError)) throw error;
      await refuse(findingOf(error));
      return false;
    }
    await settleRow(tx, { ...row, ...settled('applied', undefined) });
    return true;
  }
}

/** Ids and wordings that stand further up in the file, with their lines. */
class Seen {
  readonly #byId = new Map<string, number>();
  readonly #byWording = new Map<string, number>();

  find(row: TransferRow, content: RowContent): Finding | undefined {
    const idLine = row.articleId === null ? undefined : this.#byId.get(row.articleId);
    if (idLine !== undefined) return { code: 'id_repeated', column: 'id', otherLine: idLine };
    if (row.articleId !== null) this.#byId.set(row.articleId, row.line);
    const keys = wordingKeys({ question: content.question, similar: content.similar ?? [] }).map(
      (key) => `${content.locale} ${key}`,
    );
    const otherLine = keys.map((key) => this.#byWording.get(key)).find((line) => line !== undefined);
    if (otherLine !== undefined) return { code: 'wording_repeated', otherLine };
    for (const key of keys) this.#byWording.set(key, row.line);
    return undefined;
  }
}

async function judge(db: Db, row: TransferRow, seen: Seen): Promise<Verdict> {
  if (row.articleId === null || !row.content) {
    const finding = { code: row.code ?? 'broken', column: row.columnName ?? undefined } as Finding;
    return { outcome: 'faulty', finding };
  }
  const repeated = seen.find(row, row.content);
  if (repeated)
    return { outcome: repeated.code === 'id_repeated' ? 'faulty' : 'conflict', finding: repeated };
  return judgeRow(db, row.articleId, row.content);
}

function settled(outcome: RowOutcome, finding: Finding | undefined) {
  return {
    outcome,
    ...{ code: finding?.code ?? null, columnName: finding?.column ?? null },
    ...{ otherLine: finding?.otherLine ?? null, otherId: finding?.otherId ?? null },
  };
}

function toRows(importId: string, rows: readonly RawRow[]): TransferRow[] {
  return rows.map((raw) => {
    const parsed = parseRow(raw);
    const isFit = 'content' in parsed;
    return {
      ...{ importId, line: parsed.line, question: parsed.question },
      articleId: isFit ? parsed.articleId : null,
      content: isFit ? parsed.content : null,
      ...settled('waiting', isFit ? undefined : parsed.fault),
    };
  });
}

async function write(
  tx: Tx,
  read: ArticleImportRow,
  change: Partial<ArticleImportRow>,
): Promise<ArticleImportRow> {
  const row = { ...read, ...change };
  if (!(await writeImport(tx, read, row))) throw new AppError('request.version_stale');
  return { ...row, version: read.version + 1 };
}

type Step = 'check' | 'checked' | 'apply' | 'rows';

function record(tx: Tx, row: ArticleImportRow, step: Step): void {
  const { id, fileHash, rowCount, doneCount, newCount, changedCount, appliedCount } = row;
  tx.record({
    action: 'article.import',
    outcome: 'ok',
    target: { type: 'article-import', id },
    details: {
      step,
      fileHash,
      rows: rowCount,
      done: doneCount,
      newCount,
      changedCount,
      applied: appliedCount,
    },
  });
}
