import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExportError, readAnchors, writeExport, type ProofSource } from '../../../audit/index.ts';
import { AppError, FROM_NEWEST, type Clock, type Ids } from '../../kernel/index.ts';
import type { AnyJobKind, JobContext, JobKind, JobQueue } from '../../platform/jobs/index.ts';
import type { Tx, UnitContext, UnitOfWork } from '../../platform/persistence/index.ts';
import type { SignNote } from '../signing/signed-pdf.ts';
import { copyAnchors } from './anchor-copy.ts';
import type { AuditCheckRow, CheckResult } from './check.entity.ts';
import { changeCheck, findCheck, insertCheck, listChecks } from './check.repo.ts';
import { runVerifier, VERIFIER_LIMITS } from './verifier-process.ts';

/** What checks need. */
export interface CheckDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  queue: JobQueue;
  trail: ProofSource;
  /** Folder for exports while they are verified. */
  workFolder: string;
  anchorFolder: string;
  /** Text and place of the public key file. */
  auditKeys: string;
  keyPath: string;
  /** Name of the trail. */
  origin: string;
  signNote: SignNote;
}

const CHECK_JOB = 'compliance.audit-check';
/** What is still not ended then has lost its job, and is in nobody's way. */
const RUNNING_MS_MAX = 2 * VERIFIER_LIMITS.timeoutMs;
/** Failures that are told as they are; others are faults of the server, for its log. */
const TOLD: ReadonlySet<string> = new Set(['audit.verifier_failed', 'audit.export_failed']);

/**
 * Has the trail verified by the program that everybody can run: writes an export, starts `audit-verify.mjs` on it as a
 * process of its own, keeps what it says, and signs that.
 */
export class CheckService {
  readonly #deps: CheckDeps;

  constructor(deps: CheckDeps) {
    this.#deps = deps;
  }

  /** Asks for a check; records `audit.verify`. Throws `server.busy` while one runs. */
  async ask(tx: Tx): Promise<AuditCheckRow> {
    const { clock, ids, queue } = this.#deps;
    const now = clock.now();
    const [newest] = await listChecks(tx, { ...FROM_NEWEST, limit: 1 });
    const isRunning = newest?.endedAt === null && now.getTime() - newest.askedAt.getTime() < RUNNING_MS_MAX;
    if (isRunning) throw new AppError('server.busy');
    const id = ids.next();
    const row: AuditCheckRow = {
      ...{ id, accountId: tx.context.actor.id, state: 'queued', result: null, note: null },
      ...{ errorCode: null, askedAt: now, endedAt: null, version: 1 },
    };
    await insertCheck(tx, row);
    await queue.enqueue(tx, CHECK_JOB, { checkId: id }, { key: id });
    tx.record({ action: 'audit.verify', outcome: 'ok', target: { type: 'audit-check', id } });
    return row;
  }

  /** The job that does it. */
  get job(): AnyJobKind {
    const kind: JobKind<{ checkId: string }> = {
      kind: CHECK_JOB,
      title: { zh: '独立验证审计追踪', en: 'Verify the trail independently' },
      maxAttempts: 1,
      timeoutMs: RUNNING_MS_MAX,
      run: async (context, { checkId }) => ({ status: await this.#run(context, checkId) }),
    };
    return kind;
  }

  async #run(context: JobContext, checkId: string): Promise<string> {
    const by = { actor: context.actor };
    const row = await this.#deps.uow.read((db) => findCheck(db, checkId));
    if (row === undefined || row.endedAt !== null) return row?.state ?? 'forgotten';
    try {
      return await this.#check(context, row);
    } catch (error) {
      // The server stops: the job goes on at the next start.
      if (context.signal.aborted) throw error;
      const errorCode = error instanceof AppError ? error.code : 'server.internal';
      await this.#end(by, checkId, { state: 'failed', errorCode });
      if (!TOLD.has(errorCode)) throw error;
      return 'failed';
    }
  }

  async #check({ actor, signal, checkpoint }: JobContext, row: AuditCheckRow): Promise<string> {
    const by = { actor };
    const work = join(this.#deps.workFolder, row.id);
    const [folder, anchors] = [join(work, 'export'), join(work, 'anchors')];
    // What an earlier run left.
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { recursive: true, mode: 0o700 });
    try {
      await this.#move(by, row.id, 'exporting');
      const startedMs = performance.now();
      await copyAnchors(this.#deps.anchorFolder, anchors);
      await this.#export(folder);
      const exportMs = Math.round(performance.now() - startedMs);
      await checkpoint({}, { done: 1, total: 2 });
      await this.#move(by, row.id, 'verifying');
      const { keyPath } = this.#deps;
      const verdict = await runVerifier({ folder, anchorFolder: anchors, keyPath, signal });
      const verifyMs = Math.round(performance.now() - startedMs) - exportMs;
      const result = { ...verdict, exportMs, verifyMs };
      await this.#end(by, row.id, { state: 'done', result });
      return result.status;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }

  async #export(folder: string): Promise<void> {
    const { trail, auditKeys, anchorFolder } = this.#deps;
    try {
      await writeExport(folder, { source: trail, keyFile: auditKeys, anchors: readAnchors(anchorFolder) });
    } catch (error) {
      if (error instanceof ExportError) throw new AppError('audit.export_failed', { cause: error });
      throw error;
    }
  }

  async #move(by: UnitContext, id: string, state: string): Promise<void> {
    await this.#deps.uow.run(by, async (tx) => {
      const row = await findCheck(tx, id);
      if (row === undefined || (await changeCheck(tx, row, { state })) === undefined)
        throw new AppError('server.busy');
      tx.record({ action: 'audit.check', outcome: 'ok', target: { type: 'audit-check', id }, reason: state });
    });
  }

  async #end(
    by: UnitContext,
    id: string,
    end: { state: 'done' | 'failed'; result?: CheckResult; errorCode?: string },
  ): Promise<void> {
    const { uow, clock, signNote, origin } = this.#deps;
    await uow.run(by, async (tx) => {
      const row = await findCheck(tx, id);
      if (row === undefined) throw new AppError('request.not_found');
      const { result = null, errorCode = null, state } = end;
      const endedAt = clock.now();
      const note = result && signNote(statementOf({ ...row, result, endedAt }, origin));
      if ((await changeCheck(tx, row, { state, result, errorCode, endedAt, note })) === undefined)
        throw new AppError('server.busy');
      tx.record({
        ...{ action: 'audit.check', outcome: result === null ? 'failed' : 'ok' },
        ...{ target: { type: 'audit-check', id }, reason: result?.status ?? errorCode ?? state },
        ...(result === null
          ? {}
          : { details: { size: result.size, root: result.root, events: result.events } }),
      });
    });
  }
}

/** What is signed of a result: one fact a line. */
export function statementOf(
  row: { id: string; askedAt: Date; endedAt: Date; result: CheckResult },
  origin: string,
): string {
  const { status, size, root, events, anchors, verifierSha256, firstBad } = row.result;
  return [
    'vaultdesk verification v1',
    `origin ${origin}`,
    `check ${row.id}`,
    `asked ${row.askedAt.toISOString()}`,
    `ended ${row.endedAt.toISOString()}`,
    `status ${status}`,
    `size ${size}`,
    `root ${root}`,
    `events ${events}`,
    `anchors ${anchors}`,
    `verifier sha256:${verifierSha256}`,
    ...(firstBad === null
      ? []
      : [`first-bad ${firstBad.kind} ${firstBad.index ?? '-'} ${firstBad.id ?? '-'}`]),
    '',
  ].join('\n');
}
