import { AppError, SYSTEM_ACTOR, type Clock, type ErrorCode } from '../../kernel/index.ts';
import type { Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { listAbandoned, listExpired, listForgotten } from './export.repo.ts';
import { EXPORT_LIMITS } from './export.rules.ts';
import { EXPORT_SWEEP_JOB, type ExportService } from './export.service.ts';

const DAY_MS = 86_400_000;
const SWEEP_MS = 10 * 60_000;

/** The kind of job that throws files away whose time is over, and ends exports whose work has ended without telling. */
export function exportSweepKind(deps: { uow: UnitOfWork; clock: Clock }, service: ExportService) {
  return {
    kind: EXPORT_SWEEP_JOB,
    title: { zh: '清理到期的导出', en: 'Tidy up old exports' },
    schedule: '*/10 * * * *',
    maxAttempts: 3,
    timeoutMs: SWEEP_MS,
    run: () => sweepExports(deps, service),
  };
}

/** One sweep; each export is a unit of work of its own, so that one which changes meanwhile stops no other. */
export async function sweepExports(
  { uow, clock }: { uow: UnitOfWork; clock: Clock },
  service: ExportService,
): Promise<{ expired: number; failed: number; forgotten: number }> {
  const now = clock.now();
  const limit = EXPORT_LIMITS.sweptAtOnce;
  const before = new Date(now.getTime() - EXPORT_LIMITS.rememberedDays * DAY_MS);
  const { expired, abandoned, forgotten } = await uow.read(async (db) => ({
    expired: await listExpired(db, now, limit),
    abandoned: await listAbandoned(db, limit),
    forgotten: await listForgotten(db, before, limit),
  }));
  const each = async <T>(items: readonly T[], work: (tx: Tx, item: T) => Promise<void>) => {
    let count = 0;
    for (const item of items) {
      if (await isDone(() => uow.run({ actor: SYSTEM_ACTOR }, (tx) => work(tx, item)))) count += 1;
    }
    return count;
  };
  return {
    expired: await each(expired, (tx, id) => service.expire(tx, id)),
    failed: await each(abandoned, (tx, { id, errorCode }) =>
      service.fail(tx, id, (errorCode ?? 'server.internal') as ErrorCode),
    ),
    forgotten: await each(forgotten, (tx, id) => service.forget(tx, id)),
  };
}

/** Somebody else ended it first. */
async function isDone(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'export.state_refused') return false;
    throw error;
  }
}
