import { portable, type Db } from '../../platform/persistence/index.ts';

/** What rules found and nobody has signed for, as the command line lists it. */
interface WaitingAlert {
  id: string;
  rule: string;
  day: string;
  actor: string;
  entries: number;
}

const WAITING_MAX = 500;
const WAITING = portable<{ limit: number }, WaitingAlert>(
  'compliance.alerts_waiting',
  `SELECT id, rule, day, actor_id AS actor, entry_count AS entries FROM audit_alert WHERE signed_at IS NULL
      AND expired_at IS NULL
    ORDER BY raised_at DESC, id DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { limit: 'int' },
    result: { id: 'uuid', rule: 'text', day: 'text', actor: 'text', entries: 'int' },
  },
);

/** Alerts that wait for a signature, the newest first, at most 500. */
export function alertsWaiting(db: Db): Promise<WaitingAlert[]> {
  return db.all(WAITING, { limit: WAITING_MAX });
}
