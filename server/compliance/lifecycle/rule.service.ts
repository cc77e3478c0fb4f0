import { AppError, type Clock, type RecordClass } from '../../kernel/index.ts';
import { DatabaseConflict, type Db, type Tx } from '../../platform/persistence/index.ts';
import { takeTurn } from './guard.repo.ts';
import { CLASS_TERMS, isShortening, periodFault, type PeriodRule } from './period.rules.ts';
import { currentRules, insertRule, type CurrentRule } from './rule.repo.ts';

/** A change of the rule of a class, made over the version the officer saw. */
export interface RuleChange extends PeriodRule {
  recordClass: RecordClass;
  version: number;
}

/** The periods of the classes, as versions. */
export class RuleService {
  readonly #clock: Clock;

  constructor(deps: { clock: Clock }) {
    this.#clock = deps.clock;
  }

  /** The rules as they are now. */
  list(db: Db): Promise<Record<RecordClass, CurrentRule>> {
    return currentRules(db);
  }

  /**
   * Looks at a change before it is made. Throws `retention.period_refused` outside floor and limit, and
   * `request.version_stale`.
   */
  async assertPossible(db: Db, change: RuleChange): Promise<{ before: CurrentRule; isShortening: boolean }> {
    const fault = periodFault(change.recordClass, change);
    if (fault !== undefined) {
      const { floorMonths } = CLASS_TERMS[change.recordClass];
      throw new AppError('retention.period_refused', { details: { fault, floorMonths } });
    }
    const before = (await currentRules(db))[change.recordClass];
    if (before.version !== change.version) throw new AppError('request.version_stale');
    return { before, isShortening: isShortening(before, change) };
  }

  /** Writes the next version of a rule; one that shortens needs `approvedBy`. Records `record.rule-change`. */
  async apply(
    tx: Tx,
    change: RuleChange,
    who: { changedBy: string; approvedBy: string | null },
  ): Promise<CurrentRule> {
    // A chunk that is on its way ends by the old rule; the next one reads this.
    await takeTurn(tx);
    const { before, isShortening: needsTwo } = await this.assertPossible(tx, change);
    if (needsTwo && who.approvedBy === null) throw new AppError('account.second_person');
    const { recordClass, months, action } = change;
    const changedAt = this.#clock.now();
    const version = before.version + 1;
    try {
      await insertRule(tx, { recordClass, version, months, action, ...who, changedAt });
    } catch (error) {
      if (error instanceof DatabaseConflict && error.kind === 'unique')
        throw new AppError('request.version_stale', { cause: error });
      throw error;
    }
    tx.record({
      action: 'record.rule-change',
      outcome: 'ok',
      target: { type: 'record-class', id: recordClass },
      details: { version, monthsBefore: before.months, months, actionBefore: before.action, action },
    });
    return { recordClass, months, action, version, changedAt };
  }
}
