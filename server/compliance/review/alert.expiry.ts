import { SYSTEM_ACTOR, type Clock } from '../../kernel/index.ts';
import type { Notifier } from '../../platform/notify/index.ts';
import type { Db, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import type { AuditAlertRow } from './alert.entity.ts';
import { escalateAlert, expireAlert, listLateAlerts, listOverdueAlerts } from './alert.repo.ts';
import { ESCALATE_DAYS, EXPIRE_DAYS } from './alert.rules.ts';

/** What watching over the queue needs. */
export interface ExpiryDeps {
  uow: UnitOfWork;
  clock: Clock;
  notifier: Pick<Notifier, 'send'>;
}

interface Step {
  action: 'audit.alert-escalate' | 'audit.alert-expire';
  notice: 'audit.alerts-escalated' | 'audit.alerts-expired';
  list: (db: Db, at: Date, limit: number) => Promise<AuditAlertRow[]>;
  days: number;
  mark: (tx: Tx, row: AuditAlertRow, at: Date) => Promise<boolean>;
}

const DAY_MS = 86_400_000;
/** Alerts of one look; the rest follow with the next. */
const AT_ONCE = 100;
/** Whoever signs reviews, and the audit administrator, who sees that they are signed. */
const TOLD = ['audit:review', 'audit:read-admin'];
const STEPS: readonly Step[] = [
  {
    ...{ action: 'audit.alert-expire', notice: 'audit.alerts-expired', days: EXPIRE_DAYS },
    ...{ list: listOverdueAlerts, mark: expireAlert },
  },
  {
    ...{ action: 'audit.alert-escalate', notice: 'audit.alerts-escalated', days: ESCALATE_DAYS },
    ...{ list: listLateAlerts, mark: escalateAlert },
  },
];

/**
 * What nobody has signed after ESCALATE_DAYS is told to more people; EXPIRE_DAYS later it is closed as expired, not
 * reviewed. Each is an entry, and the alert stays to be seen. Gives how many were escalated or closed.
 */
export async function watchQueue({ uow, clock, notifier }: ExpiryDeps): Promise<number> {
  const now = clock.now();
  let count = 0;
  for (const step of STEPS) {
    const at = new Date(now.getTime() - step.days * DAY_MS);
    const rows = await uow.read((db) => step.list(db, at, AT_ONCE));
    if (rows.length === 0) continue;
    count += await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const marked: AuditAlertRow[] = [];
      for (const row of rows) if (await step.mark(tx, row, now)) marked.push(row);
      for (const { id, rule, actorId, day } of marked) {
        const target = { type: 'alert', id };
        const details = { actor: actorId, day };
        tx.record({ action: step.action, outcome: 'ok', target, reason: rule, details });
      }
      if (marked.length === 0) return 0;
      const params = { count: marked.length, days: step.days };
      await notifier.send(tx, {
        ...{ kind: step.notice, severity: 'alarm', params, to: { permission: TOLD } },
        ...{ key: `${step.notice}/${marked[0]!.id}`, link: '/audit/reviews' },
      });
      return marked.length;
    });
  }
  return count;
}
