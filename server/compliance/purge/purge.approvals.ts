import type { ApprovalKind, ApprovalLine, Approvals } from '../../identity/index.ts';
import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import type { JobQueue } from '../../platform/jobs/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { countActiveHolds } from '../lifecycle/hold.repo.ts';
import { currentKeepDays } from './period.repo.ts';
import { PURGE_JOB, PURGE_PLAN_JOB } from './purge.job.ts';
import type { KeepDays } from './purge.rules.ts';

/** Kinds of acts that take two people. */
export const PURGE_APPROVALS = { purge: 'audit.purge', propose: 'audit.purge-propose' } as const;

/** What is asked for: entries before an instant, as far as periods and holds let them go. */
export type PurgeWish = { before: string };

type PurgeParams = PurgeWish & { key: string };
type ProposeParams = PurgeWish & { reason: string };

/** What asking for a purge needs. */
export interface PurgeApprovalDeps {
  approvals: Approvals;
  clock: Clock;
  ids: Ids;
  keepDays: KeepDays;
  /** Absent on the command line, which asks and never carries out. */
  queue?: JobQueue;
}

/** Asks for a purge; one may be open at a time. */
export interface PurgeRequests {
  /** In the name of an officer; another person approves. */
  ask(tx: Tx, wish: PurgeWish, reason: string): Promise<{ id: string }>;
  /** Looks what a purge would take, in the background; gives the id of the job. */
  dryRun(tx: Tx, wish: PurgeWish): Promise<{ id: string }>;
  /** In the name of an operating-system account, which counts for nobody: an officer takes it over, another approves. */
  propose(tx: Tx, wish: PurgeWish, reason: string): Promise<{ id: string }>;
}

/** Registers both kinds and gives what asks for them. */
export function registerPurge(deps: PurgeApprovalDeps): PurgeRequests {
  const { approvals, ids } = deps;
  const ask = (tx: Tx, { before }: PurgeWish, reason: string) => {
    assertPast(before, deps.clock);
    const params: PurgeParams = { before, key: ids.next() };
    return approvals.ask(tx, PURGE_APPROVALS.purge, params, { reason, key: 'trail' });
  };
  approvals.register(purgeKind(deps));
  approvals.register(proposeKind(deps, ask));
  return {
    ask,
    async dryRun(tx, { before }) {
      assertPast(before, deps.clock);
      if (deps.queue === undefined) throw new Error('The command line has no queue.');
      const id = await deps.queue.enqueue(tx, PURGE_PLAN_JOB, { before }, { key: 'trail' });
      tx.record({
        action: 'audit.purge-plan',
        outcome: 'ok',
        target: { type: 'job', id },
        details: { before },
      });
      return { id };
    },
    propose(tx, { before }, reason) {
      assertPast(before, deps.clock);
      const params: ProposeParams = { before, reason };
      return approvals.ask(tx, PURGE_APPROVALS.propose, params, { reason, key: 'trail' });
    },
  };
}

function purgeKind(deps: PurgeApprovalDeps): ApprovalKind<PurgeParams> {
  return {
    kind: PURGE_APPROVALS.purge,
    title: { zh: '清理到期审计', en: 'Purge what is over from the trail' },
    permission: 'record:approve',
    describe: (db, params) => linesOf(db, params, deps.keepDays),
    async apply(tx, { before, key }, { requestedById, approvedById }) {
      const order = { key, before, requestedBy: requestedById, approvedBy: approvedById };
      if (deps.queue === undefined) throw new Error('The command line carries no purge out.');
      await deps.queue.enqueue(tx, PURGE_JOB, order);
    },
  };
}

function proposeKind(deps: PurgeApprovalDeps, ask: PurgeRequests['ask']): ApprovalKind<ProposeParams> {
  return {
    kind: PURGE_APPROVALS.propose,
    title: { zh: '接手命令行提出的审计清理', en: 'Take over a purge that the command line asked for' },
    permission: 'record:manage',
    describe: (db, params) => linesOf(db, params, deps.keepDays),
    // The unit is the approver's, so the question that follows is the approver's own: somebody else answers it.
    apply: async (tx, { before, reason }) => void (await ask(tx, { before }, reason)),
  };
}

async function linesOf(db: Db, { before }: PurgeWish, keepDays: KeepDays): Promise<ApprovalLine[]> {
  const periods = Object.entries(await currentKeepDays(db, keepDays)).map(([name, days]) => ({
    label: `purge.days.${name}`,
    to: String(days),
  }));
  const holds = { label: 'purge.holds', to: String(await countActiveHolds(db)) };
  return [{ label: 'purge.before', to: before }, holds, ...periods];
}

function assertPast(before: string, clock: Clock): void {
  const at = Date.parse(before);
  if (Number.isNaN(at) || at > clock.now().getTime()) throw new AppError('audit.purge_period');
}
