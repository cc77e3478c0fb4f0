import type { AuditClass } from '../../../audit/index.ts';
import { insert, portable, type Db, type Tx } from '../../platform/persistence/index.ts';
import { auditPeriodEntity, type AuditPeriodRow } from './period.entity.ts';
import { PURGE_RULES, type KeepDays } from './purge.rules.ts';

const PERIOD_INSERT = insert(auditPeriodEntity);
const PERIODS_CURRENT = portable<Record<never, never>, AuditPeriodRow>(
  'audit_period.current',
  `SELECT p.entry_class, p.version, p.keep_days, p.changed_by, p.approved_by, p.changed_at FROM audit_period p
    WHERE p.version = (SELECT MAX(m.version) FROM audit_period m WHERE m.entry_class = p.entry_class)`,
  {
    params: {},
    result: {
      ...{ entryClass: 'text', version: 'int', keepDays: 'int' },
      ...{ changedBy: 'uuid', approvedBy: 'uuid', changedAt: 'instant' },
    },
  },
);

/** How long a class is kept now; version 0 is the configuration, which nobody has changed here. */
export interface CurrentPeriod {
  entryClass: AuditClass;
  keepDays: number;
  version: number;
  changedBy: string | null;
  approvedBy: string | null;
  changedAt: Date | null;
}

/** The periods of all classes, in the order of the configuration; never below the floor. */
export async function currentPeriods(db: Db, configured: KeepDays): Promise<CurrentPeriod[]> {
  const rows = new Map((await db.all(PERIODS_CURRENT, {})).map((row) => [row.entryClass, row]));
  return Object.entries(configured).map(([name, days]) => {
    const row = rows.get(name);
    return {
      entryClass: name as AuditClass,
      keepDays: Math.max(row?.keepDays ?? days, PURGE_RULES.floorDays),
      version: row?.version ?? 0,
      changedBy: row?.changedBy ?? null,
      approvedBy: row?.approvedBy ?? null,
      changedAt: row?.changedAt ?? null,
    };
  });
}

/** What a purge decides by now. */
export async function currentKeepDays(db: Db, configured: KeepDays): Promise<KeepDays> {
  const periods = await currentPeriods(db, configured);
  return Object.fromEntries(periods.map(({ entryClass, keepDays }) => [entryClass, keepDays])) as KeepDays;
}

/** Adds a version; one that is there already is a DatabaseConflict. */
export async function insertPeriod(tx: Tx, row: AuditPeriodRow): Promise<void> {
  await tx.run(PERIOD_INSERT, row);
}
