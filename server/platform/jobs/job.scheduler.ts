import { AppError, type Clock, type TimeZone } from '../../kernel/index.ts';
import { deriveUuid } from '../crypto/index.ts';
import { nextFiring, parseCron, type Cron } from './cron.ts';
import { newJob, openKeyOf } from './job.queue.ts';
import { JOB_ADD, KINDS_MAX, SCHEDULE_ADD, SCHEDULE_ADVANCE, SCHEDULES } from './job.repo.ts';
import type { AnyJobKind } from './job.rules.ts';
import type { JobScheduleRow } from './job.entity.ts';
import type { TechnicalDb } from './lease.ts';

/** What the schedules need. */
export interface SchedulerDeps {
  clock: Clock;
  zone: TimeZone;
  kinds: ReadonlyMap<string, AnyJobKind>;
}

/** The key of scheduled jobs: one that still runs when the next is due takes its place. */
export const SCHEDULED_KEY = 'schedule';

/** The expression that holds for a kind: a person's, or the program's. Throws `job.unscheduled`. */
export function cronOf(kind: AnyJobKind, row: Pick<JobScheduleRow, 'cron'> | undefined): Cron {
  const text = row?.cron ?? kind.schedule;
  if (text === undefined) throw new AppError('job.unscheduled');
  return parseCron(text);
}

/** Gives each scheduled kind its row; a kind that has one keeps it, and with it what it missed. */
export async function openSchedules(db: TechnicalDb, deps: SchedulerDeps): Promise<void> {
  const now = deps.clock.now();
  for (const kind of deps.kinds.values()) {
    if (kind.schedule === undefined) continue;
    await db.run(SCHEDULE_ADD, {
      ...{ kind: kind.kind, cron: null, isEnabled: true, changedBy: null, changedAt: now, version: 1 },
      nextAt: nextFiring(parseCron(kind.schedule), deps.zone, now),
    });
  }
}

/**
 * Enqueues what is due. A job's id is derived from its kind and its time, so a time gives one job however often it is
 * looked at: after a kill between the two statements, in two processes, and after the clock was set back. Times missed
 * in a downtime come to one run.
 */
export async function enqueueDue(db: TechnicalDb, deps: SchedulerDeps): Promise<void> {
  const now = deps.clock.now();
  for (const row of await db.all(SCHEDULES, { limit: KINDS_MAX })) {
    const kind = deps.kinds.get(row.kind);
    if (kind?.schedule === undefined || !row.isEnabled) continue;
    const next = nextFiring(cronOf(kind, row), deps.zone, now);
    if (row.nextAt <= now) {
      const id = deriveUuid(`job/${row.kind}/${row.nextAt.toISOString()}`);
      const job = newJob({ id, kind: row.kind, params: {}, cause: 'schedule', now });
      const openKey = openKeyOf(row.kind, SCHEDULED_KEY);
      await db.run(JOB_ADD, { ...job, jobKey: SCHEDULED_KEY, openKey });
    } else if (row.nextAt <= next) {
      continue;
    }
    // Later than the expression says: the clock stood ahead when this was written, and was set back.
    await db.run(SCHEDULE_ADVANCE, { whereKind: row.kind, whereNextAt: row.nextAt, nextAt: next });
  }
}
