import { followTimeZone, type Clock, type Ids } from '../../kernel/index.ts';
import type { AnyRoute } from '../http/index.ts';
import type { Tx, UnitOfWork } from '../persistence/index.ts';
import { parseCron } from './cron.ts';
import { createJobQueue, type JobQueue } from './job.queue.ts';
import { DUE_KINDS, DUE_OF_KIND, JOBS_LOST, JOBS_PARK, JOBS_UNPARK } from './job.repo.ts';
import { JOB_LIMITS, type AnyJobKind } from './job.rules.ts';
import { jobRoutes } from './job.routes.ts';
import type { JobLog } from './job.endings.ts';
import { createLoop } from './job.loop.ts';
import { JobRunner } from './job.runner.ts';
import { enqueueDue, openSchedules } from './job.scheduler.ts';
import { createLease, eachByItself, type TechnicalDb, type WithDb } from './lease.ts';

/** What the engine is built from. */
export interface JobsDeps {
  uow: UnitOfWork;
  withDb: WithDb;
  clock: Clock;
  ids: Ids;
  log: JobLog;
  /** IANA name of the zone in which schedules are read; a changed one holds from each next firing on. */
  timeZone: string | (() => string);
  /** Kinds that are known from the beginning; `add` takes those of modules built later. */
  kinds?: readonly AnyJobKind[];
  /** Joins the unit of work in which a job fails for good, for an alarm. */
  onFailed?(tx: Tx, job: { id: string; kind: string; code: string }): Promise<void>;
}

/** Background work: schedules, a queue, runs that survive a kill. */
export interface Jobs {
  queue: JobQueue;
  routes: readonly AnyRoute[];
  /** Adds kinds; before `start`. A kind whose default schedule cannot be read is refused. */
  add(kinds: readonly AnyJobKind[]): void;
  start(): void;
  /** Stops the runs; they go on at the next start from their last checkpoint. */
  stop(): Promise<void>;
  /** Looks for work at once. */
  nudge(): void;
  /** One look: renews claims, enqueues what is due, starts what fits; gives how many runs it started. */
  tick(): Promise<number>;
  /** Looks and waits until nothing is due; for tests and for draining. */
  drain(): Promise<void>;
}

/** Processes share the work by this lease: one of them schedules and runs. */
const LEASE_NAME = 'jobs';
/** Longest wait for runs at a stop; one that does not listen is taken over at the next start. */
const STOP_MS = 8_000;
const LOST_AT_ONCE = 50;

/** Builds the engine; nothing runs before `start` or `tick`. */
export function createJobs(deps: JobsDeps): Jobs {
  const { clock, ids, log, withDb } = deps;
  const kinds = new Map<string, AnyJobKind>();
  const { timeZone } = deps;
  const zone = followTimeZone(typeof timeZone === 'string' ? () => timeZone : timeZone);
  const lease = createLease({ withDb, clock, name: LEASE_NAME, holder: ids.next() });
  const loop = createLoop(tick, { ...log, name: 'jobs' });
  const runner = new JobRunner({
    ...{ withDb, uow: deps.uow, clock, ids, log, kinds },
    onFree: loop.nudge,
    onFailed: deps.onFailed ?? (async () => undefined),
  });
  const startDue = createStarter({ clock, log, kinds, runner });
  const queueDeps = { clock, ids, knows: (kind: string) => kinds.has(kind), nudge: loop.nudge };
  let isOpen = false;

  function add(added: readonly AnyJobKind[]): void {
    for (const kind of added) {
      if (kinds.has(kind.kind)) throw new Error(`Job kind ${kind.kind} is declared twice.`);
      if (kind.schedule !== undefined) parseCron(kind.schedule);
      kinds.set(kind.kind, kind);
    }
  }

  const db = eachByItself(withDb);

  async function open(): Promise<void> {
    await openSchedules(db, { clock, zone, kinds });
    if (kinds.size > 0) await db.run(JOBS_UNPARK, { kindList: [...kinds.keys()] });
    isOpen = true;
  }

  async function tick(isAsked = true): Promise<number> {
    await runner.beat(isAsked);
    if (!(await lease.hold())) return 0;
    if (!isOpen) await open();
    await enqueueDue(db, { clock, zone, kinds });
    const now = clock.now();
    const ahead = new Date(now.getTime() + 2 * JOB_LIMITS.claimMs);
    const lost = await db.all(JOBS_LOST, { now, ahead, limit: LOST_AT_ONCE });
    for (const { id } of lost) await runner.takeOver(id);
    return startDue(db);
  }

  add(deps.kinds ?? []);
  return {
    queue: createJobQueue(queueDeps),
    routes: jobRoutes({ ...queueDeps, kinds, zone }),
    ...{ add, tick, start: loop.start, nudge: loop.nudge },
    async stop() {
      await loop.stop();
      runner.stop();
      await Promise.race([runner.settled(), wait(STOP_MS)]);
      await lease.drop().catch(() => undefined);
    },
    async drain() {
      while ((await tick()) > 0) await runner.settled();
      await runner.settled();
    },
  };
}

/** Starts what is due and fits. Kinds take turns: the one that waited longest since its last start comes first. */
function createStarter(deps: {
  clock: Clock;
  log: JobLog;
  kinds: ReadonlyMap<string, AnyJobKind>;
  runner: JobRunner;
}): (db: TechnicalDb) => Promise<number> {
  const { clock, log, kinds, runner } = deps;
  const startedAt = new Map<string, number>();
  return async (db) => {
    const now = clock.now();
    const due = (await db.all(DUE_KINDS, { now })).map(({ kind }) => kind);
    due.sort((a, b) => (startedAt.get(a) ?? 0) - (startedAt.get(b) ?? 0));
    let started = 0;
    for (const kind of due) {
      if (!kinds.has(kind)) {
        const count = await db.run(JOBS_PARK, { kind });
        log.error('jobs of an unknown kind are parked', { job: kind, count });
        continue;
      }
      const free = (kinds.get(kind)?.atOnce ?? 1) - runner.runningOf(kind);
      const limit = Math.min(free, JOB_LIMITS.atOnce - runner.count);
      if (limit <= 0) continue;
      for (const { id } of await db.all(DUE_OF_KIND, { kind, now, limit })) {
        startedAt.set(kind, now.getTime());
        if (await runner.start(id)) started += 1;
      }
    }
    return started;
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
