import { AppError, SYSTEM_ACTOR, type Actor } from '../../kernel/index.ts';
import { close, failFinally, requeue, type RunnerDeps } from './job.endings.ts';
import type { JobRow } from './job.entity.ts';
import { JOB_BY_ID, JOB_CHECKPOINT, JOB_CLAIM, JOB_RENEW, JOBS_CLAIMED } from './job.repo.ts';
import {
  assertFits,
  codeOf,
  countsAsAttempt,
  endingOf,
  JOB_LIMITS,
  type AnyJobKind,
  type JobContext,
} from './job.rules.ts';

/** A run of this process. Only who holds its claim may write to its row. */
interface Run {
  row: JobRow;
  kind: AnyJobKind;
  claim: string;
  controller: AbortController;
  startedMs: number;
  renewedMs: number;
  toldMs?: number;
  giveUp(error: unknown): void;
  settled: Promise<void>;
}

/** Runs claimed jobs of this process, and keeps their claims alive. */
export class JobRunner {
  readonly #deps: RunnerDeps;
  readonly #runs = new Map<string, Run>();

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
  }

  get count(): number {
    return this.#runs.size;
  }

  runningOf(kind: string): number {
    return [...this.#runs.values()].filter(({ row }) => row.kind === kind).length;
  }

  /** Claims a waiting job and starts it; false when another process was faster. */
  async start(id: string): Promise<boolean> {
    const { withDb, clock, ids, kinds, log, onFree } = this.#deps;
    const claim = ids.next();
    const row = await withDb(async (db) => {
      const params = { id, claim, claimedUntil: this.#claimEnd(), now: clock.now() };
      return (await db.run(JOB_CLAIM, params)) === 1 ? db.one(JOB_BY_ID, { id }) : undefined;
    });
    const kind = row && kinds.get(row.kind);
    if (row === undefined || kind === undefined) return false;
    const at = this.#nowMs();
    const run: Run = {
      ...{ row, kind, claim, controller: new AbortController(), startedMs: at, renewedMs: at },
      giveUp: () => undefined,
      settled: Promise.resolve(),
    };
    const givenUp = new Promise<never>((_resolve, reject) => (run.giveUp = reject));
    this.#runs.set(id, run);
    run.settled = execute(this.#deps, run, givenUp)
      .catch((error: unknown) => {
        // The row keeps its claim until that runs out; then the job is taken over.
        log.warn('the end of a job was not written', { job: row.kind, jobId: id, code: codeOf(error) });
      })
      .finally(() => {
        this.#runs.delete(id);
        onFree();
      });
    return true;
  }

  /** Renews claims, sees cancellations and time-outs; cheap when nothing is due. `isAsked` looks at once. */
  async beat(isAsked: boolean): Promise<void> {
    for (const run of this.#runs.values()) this.#watchTime(run);
    const isStale = (run: Run) => Math.abs(this.#nowMs() - run.renewedMs) > JOB_LIMITS.beatMs;
    const stale = [...this.#runs.values()].filter((run) => isAsked || isStale(run));
    if (stale.length === 0) return;
    await this.#deps.withDb(async (db) => {
      const idList = stale.map(({ row }) => row.id);
      const rows = new Map((await db.all(JOBS_CLAIMED, { idList })).map((row) => [row.id, row]));
      for (const run of stale) {
        const where = { whereId: run.row.id, whereClaim: run.claim };
        if ((await db.run(JOB_RENEW, { ...where, claimedUntil: this.#claimEnd() })) === 1) {
          run.renewedMs = this.#nowMs();
        } else {
          // A run that ended meanwhile has no claim either; telling it changes nothing.
          this.#tell(run, new AppError('job.claim_lost'));
        }
        if (rows.get(run.row.id)?.isCancelling) this.#tell(run, new AppError('job.cancelled'));
      }
    });
  }

  /** Ends a run whose process is gone: it waits again, or has failed when that happened too often. */
  async takeOver(id: string): Promise<void> {
    const row = await this.#deps.withDb((db) => db.one(JOB_BY_ID, { id }));
    if (row === undefined || row.claim === null || this.#runs.has(id)) return;
    const restarts = row.restarts + 1;
    const end = { row, claim: row.claim, restarts };
    const code = 'job.interrupted';
    if (row.isCancelling) await close(this.#deps, end, { state: 'cancelled', code: 'job.cancelled' });
    else if (restarts > JOB_LIMITS.restartsMax) await failFinally(this.#deps, end, code);
    else await requeue(this.#deps, end, { code, waitMs: 0, attempts: row.attempts });
    this.#deps.log.warn('a job lost its process', { job: row.kind, jobId: id, count: restarts });
  }

  /** Resolves when the runs of this moment have ended. */
  async settled(): Promise<void> {
    await Promise.all([...this.#runs.values()].map(({ settled }) => settled));
  }

  /** Tells every run to stop; they wait again, with their last checkpoint. */
  stop(): void {
    for (const run of this.#runs.values()) this.#tell(run, new AppError('server.draining'));
  }

  #nowMs(): number {
    return this.#deps.clock.now().getTime();
  }

  #claimEnd(): Date {
    return new Date(this.#nowMs() + JOB_LIMITS.claimMs);
  }

  #tell(run: Run, error: AppError): void {
    if (run.controller.signal.aborted) return;
    run.toldMs = this.#nowMs();
    run.controller.abort(error);
  }

  /** Time alone decides here, so it holds while the database is away too. */
  #watchTime(run: Run): void {
    const now = this.#nowMs();
    if (now - run.startedMs > run.kind.timeoutMs) this.#tell(run, new AppError('job.timed_out'));
    if (now - run.renewedMs > JOB_LIMITS.claimMs) this.#tell(run, new AppError('job.claim_lost'));
    if (run.toldMs !== undefined && now - run.toldMs > JOB_LIMITS.graceMs) {
      run.giveUp(run.controller.signal.reason);
    }
  }
}

async function execute(deps: RunnerDeps, run: Run, givenUp: Promise<never>): Promise<void> {
  const { row, kind } = run;
  const end = { row, claim: run.claim, restarts: row.restarts };
  try {
    const result = await Promise.race([kind.run(contextOf(deps, run), row.params), givenUp]);
    assertFits(result ?? null, JOB_LIMITS.resultBytesMax);
    await close(deps, end, { state: 'succeeded', runResult: result ?? null });
  } catch (thrown) {
    const error: unknown = run.controller.signal.aborted ? run.controller.signal.reason : thrown;
    const code = codeOf(error);
    const attempts = row.attempts + (countsAsAttempt(code) ? 1 : 0);
    const ending = endingOf(code, attempts, kind.maxAttempts);
    const fields = { job: row.kind, jobId: row.id, code, attempts };
    if (code !== 'job.cancelled' && code !== 'server.draining') {
      deps.log.warn('a run of a job ended early', fields, code === 'server.internal' ? error : undefined);
    }
    if (ending.state === 'cancelled') await close(deps, end, { state: 'cancelled', code });
    if (ending.state === 'failed') await failFinally(deps, { ...end, attempts }, code);
    if (ending.state === 'queued') await requeue(deps, end, { code, waitMs: ending.waitMs, attempts });
  }
}

function contextOf(deps: RunnerDeps, run: Run): JobContext {
  const { row, claim, controller } = run;
  const { signal } = controller;
  return {
    jobId: row.id,
    // Who presses "run now" only chose the time: the work is the server's own.
    actor: row.cause === 'demand' ? { type: row.actorType as Actor['type'], id: row.actorId } : SYSTEM_ACTOR,
    signal,
    state: row.runState ?? undefined,
    now: () => deps.clock.now(),
    async checkpoint(state, progress) {
      signal.throwIfAborted();
      assertFits(state, JOB_LIMITS.stateBytesMax);
      const claimedUntil = new Date(deps.clock.now().getTime() + JOB_LIMITS.claimMs);
      const { done = row.done, total = row.total } = progress ?? {};
      const values = { runState: state, done, total, claimedUntil };
      const where = { whereId: row.id, whereClaim: claim };
      const isKept = await deps.withDb((db) => db.run(JOB_CHECKPOINT, { ...values, ...where }));
      if (isKept === 1) {
        Object.assign(row, { done, total });
        run.renewedMs = deps.clock.now().getTime();
        return;
      }
      const now = await deps.withDb((db) => db.one(JOB_BY_ID, { id: row.id }));
      const isCancelled = now?.claim === claim && now.isCancelling;
      controller.abort(new AppError(isCancelled ? 'job.cancelled' : 'job.claim_lost'));
      signal.throwIfAborted();
    },
  };
}
