import type { ApprovalKind, Approvals } from '../../identity/index.ts';
import { AppError, type Clock } from '../../kernel/index.ts';
import { readClock } from './clock.rules.ts';
import { readGuard, setClock, setScheduled, takeTurn } from './guard.repo.ts';
import type { HoldService } from './hold.service.ts';
import { HOLD_APPROVALS, registerHoldApprovals } from './hold.approvals.ts';
import type { RuleChange, RuleService } from './rule.service.ts';

/** Kinds of acts that take two people. */
export const APPROVAL_KINDS = {
  shorten: 'retention.shorten',
  ...HOLD_APPROVALS,
  schedule: 'retention.schedule',
  clock: 'retention.clock',
} as const;

type ShortenParams = { recordClass: string; months: number; action: string; version: number };
type ScheduleParams = { version: number };
type ClockParams = { seenAt: string };

/** A confirmation may wait for seven days; a clock that has moved by more than that since is another question. */
const CONFIRMED_WITHIN_MS = 8 * 24 * 60 * 60 * 1_000;

/** Registers what the life cycle lets wait for a second person. */
export function registerApprovals(deps: {
  approvals: Approvals;
  rules: RuleService;
  holds: HoldService;
  clock: Clock;
}): void {
  const { approvals } = deps;
  approvals.register(shortenKind(deps.rules));
  registerHoldApprovals(deps);
  approvals.register(scheduleKind());
  approvals.register(clockKind(deps.clock));
}

function shortenKind(rules: RuleService): ApprovalKind<ShortenParams> {
  const changeOf = (params: ShortenParams) => params as RuleChange;
  return {
    kind: APPROVAL_KINDS.shorten,
    title: { zh: '缩短保存期限', en: 'Shorten a retention period' },
    permission: 'record:approve',
    async describe(db, params) {
      const { before } = await rules.assertPossible(db, changeOf(params));
      return [
        { label: 'recordClass', to: params.recordClass },
        { label: 'months', from: String(before.months), to: String(params.months) },
        { label: 'action', from: before.action, to: params.action },
      ];
    },
    async apply(tx, params, { requestedById: changedBy, approvedById: approvedBy }) {
      await rules.apply(tx, changeOf(params), { changedBy, approvedBy });
    },
  };
}

function scheduleKind(): ApprovalKind<ScheduleParams> {
  return {
    kind: APPROVAL_KINDS.schedule,
    title: { zh: '启用到期清理', en: 'Switch retention sweeps on' },
    permission: 'record:approve',
    async describe(db, params) {
      const guard = await readGuard(db);
      if (guard.version !== params.version || guard.isScheduled) throw new AppError('request.version_stale');
      return [{ label: 'sweeps', from: 'off', to: 'on' }];
    },
    async apply(tx, params, who) {
      if (!(await setScheduled(tx, true, params.version))) throw new AppError('request.version_stale');
      const details = { isOn: true, requestedBy: who.requestedById };
      tx.record({ action: 'record.schedule', outcome: 'ok', details });
    },
  };
}

function clockKind(clock: Clock): ApprovalKind<ClockParams> {
  return {
    kind: APPROVAL_KINDS.clock,
    title: { zh: '确认系统时钟', en: 'Confirm the system clock' },
    permission: 'record:approve',
    async describe(db) {
      const { highWaterAt } = await readGuard(db);
      const now = clock.now();
      if (readClock(now, highWaterAt).state !== 'jumped') throw new AppError('request.version_stale');
      return [{ label: 'clock', from: highWaterAt?.toISOString() ?? '', to: now.toISOString() }];
    },
    async apply(tx, params, who) {
      await takeTurn(tx);
      const { highWaterAt } = await readGuard(tx);
      const now = clock.now();
      const isSame = now.getTime() - Date.parse(params.seenAt) <= CONFIRMED_WITHIN_MS;
      if (!isSame || readClock(now, highWaterAt).state !== 'jumped')
        throw new AppError('request.version_stale');
      await setClock(tx, { highWaterAt: now, clockSeenAt: null });
      const [expected, seen] = [highWaterAt?.toISOString() ?? '', now.toISOString()];
      const details = { expected, seen, requestedBy: who.requestedById };
      tx.record({ action: 'record.clock-confirm', outcome: 'ok', details });
    },
  };
}
