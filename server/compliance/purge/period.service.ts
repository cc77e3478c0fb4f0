import type { AuditClass } from '../../../audit/index.ts';
import type { ApprovalKind, Approvals } from '../../identity/index.ts';
import { AppError, type Clock } from '../../kernel/index.ts';
import { DatabaseConflict, type Db, type Tx } from '../../platform/persistence/index.ts';
import { takeTurn } from '../lifecycle/guard.repo.ts';
import { currentPeriods, insertPeriod, type CurrentPeriod } from './period.repo.ts';
import { PURGE_RULES, type KeepDays } from './purge.rules.ts';

/** Kind of the act that takes two people. */
export const PERIOD_APPROVAL = 'audit.period';

/** A change of how long a class of entries is kept, over the version the officer saw. */
export type PeriodChange = { entryClass: string; keepDays: number; version: number };

/** What changing periods needs. */
export interface PeriodDeps {
  approvals: Approvals;
  clock: Clock;
  /** What the configuration says. */
  keepDays: KeepDays;
}

/** How long entries are kept: longer at once, shorter once another person approved it. */
export class PeriodService {
  readonly #deps: PeriodDeps;

  constructor(deps: PeriodDeps) {
    this.#deps = deps;
    deps.approvals.register(this.#kind());
  }

  /** Changes a period, or asks for it. Throws `audit.period_refused` outside the limits, and `request.version_stale`. */
  async change(
    tx: Tx,
    change: PeriodChange,
    reason: string,
  ): Promise<{ state: 'done' } | { state: 'asked'; approvalId: string }> {
    const before = await this.#assertPossible(tx, change);
    if (change.keepDays < before.keepDays) {
      const why = { reason, key: change.entryClass };
      const { id } = await this.#deps.approvals.ask(tx, PERIOD_APPROVAL, change, why);
      return { state: 'asked', approvalId: id };
    }
    await this.#apply(tx, change, { changedBy: tx.context.actor.id, approvedBy: null });
    return { state: 'done' };
  }

  #kind(): ApprovalKind<PeriodChange> {
    return {
      kind: PERIOD_APPROVAL,
      title: { zh: '缩短审计保留期限', en: 'Keep entries of the trail for less long' },
      permission: 'record:approve',
      describe: async (db, change) => {
        const before = await this.#assertPossible(db, change);
        const [from, to] = [String(before.keepDays), String(change.keepDays)];
        return [{ label: `purge.days.${change.entryClass}`, from, to }];
      },
      apply: (tx, change, { requestedById: changedBy, approvedById: approvedBy }) =>
        this.#apply(tx, change, { changedBy, approvedBy }),
    };
  }

  async #assertPossible(db: Db, { entryClass, keepDays, version }: PeriodChange): Promise<CurrentPeriod> {
    const { floorDays, keepDaysMax } = PURGE_RULES;
    if (keepDays < floorDays || keepDays > keepDaysMax)
      throw new AppError('audit.period_refused', { details: { floorDays, keepDaysMax } });
    const periods = await currentPeriods(db, this.#deps.keepDays);
    const before = periods.find((period) => period.entryClass === (entryClass as AuditClass));
    if (before === undefined) throw new AppError('request.not_found');
    if (before.version !== version) throw new AppError('request.version_stale');
    return before;
  }

  async #apply(
    tx: Tx,
    change: PeriodChange,
    who: { changedBy: string; approvedBy: string | null },
  ): Promise<void> {
    // A purge that is deciding goes by the old periods; the next one reads these.
    await takeTurn(tx);
    const before = await this.#assertPossible(tx, change);
    const { entryClass, keepDays } = change;
    if (keepDays < before.keepDays && who.approvedBy === null) throw new AppError('account.second_person');
    const version = before.version + 1;
    const changedAt = this.#deps.clock.now();
    try {
      await insertPeriod(tx, { entryClass, version, keepDays, ...who, changedAt });
    } catch (error) {
      if (error instanceof DatabaseConflict && error.kind === 'unique')
        throw new AppError('request.version_stale', { cause: error });
      throw error;
    }
    tx.record({
      ...{ action: 'audit.period', outcome: 'ok', target: { type: 'audit-class', id: entryClass } },
      details: { version, daysBefore: before.keepDays, days: keepDays },
    });
  }
}
