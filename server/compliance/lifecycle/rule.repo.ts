import { RECORD_CLASSES, type RecordClass } from '../../kernel/index.ts';
import { insert, portable, select, type Db, type Tx } from '../../platform/persistence/index.ts';
import { retentionRuleEntity, type RetentionRuleRow } from './lifecycle.entity.ts';
import { CLASS_TERMS, type PeriodRule, type RecordAction } from './period.rules.ts';

const RULE_INSERT = insert(retentionRuleEntity);
const RULES_CURRENT = portable<Record<never, never>, RetentionRuleRow>(
  'retention_rule.current',
  `SELECT r.record_class, r.version, r.months, r.action, r.changed_by, r.approved_by, r.changed_at
    FROM retention_rule r
    WHERE r.version = (SELECT MAX(m.version) FROM retention_rule m WHERE m.record_class = r.record_class)`,
  {
    params: {},
    result: {
      recordClass: 'text',
      version: 'int',
      months: 'int',
      action: 'text',
      changedBy: 'uuid',
      approvedBy: 'uuid',
      changedAt: 'instant',
    },
  },
);
const RULE_HISTORY = select(retentionRuleEntity, {
  name: 'retention_rule.history',
  where: ['recordClass'],
  orderBy: [['version', 'desc']],
  limit: true,
});

/** Versions of a rule that its history shows. */
export const RULE_HISTORY_MAX = 100;

/** The rule of a class as it is now; version 0 is the default that nobody has changed. */
export interface CurrentRule extends PeriodRule {
  recordClass: RecordClass;
  version: number;
  changedAt: Date | null;
}

/** The rules of all classes. */
export async function currentRules(db: Db): Promise<Record<RecordClass, CurrentRule>> {
  const rows = await db.all(RULES_CURRENT, {});
  return Object.fromEntries(
    RECORD_CLASSES.map((recordClass): [RecordClass, CurrentRule] => {
      const row = rows.find((each) => each.recordClass === recordClass);
      const { months, action } = row ?? CLASS_TERMS[recordClass];
      const rule = { months, action: action as RecordAction };
      return [
        recordClass,
        { recordClass, ...rule, version: row?.version ?? 0, changedAt: row?.changedAt ?? null },
      ];
    }),
  ) as Record<RecordClass, CurrentRule>;
}

/** Adds a version; a version that is there already is a DatabaseConflict. */
export async function insertRule(tx: Tx, row: RetentionRuleRow): Promise<void> {
  await tx.run(RULE_INSERT, row);
}

/** Versions of the rule of a class, newest first. */
export function listRuleHistory(db: Db, recordClass: RecordClass): Promise<RetentionRuleRow[]> {
  return db.all(RULE_HISTORY, { recordClass, limit: RULE_HISTORY_MAX });
}
