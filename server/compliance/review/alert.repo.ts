import type { Before } from '../../kernel/index.ts';
import {
  insertIfFree,
  portable,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import { readEntryBody } from '../search/entry-words.ts';
import { auditAlertEntity, type AuditAlertRow } from './alert.entity.ts';
import type { AlertRule, AlertWindow } from './alert.rules.ts';

/** Accounts one look at a rule takes in; more than this at once is no matter of single accounts. */
export const ACCOUNTS_MAX = 200;

const ALERT_INSERT = insertIfFree(auditAlertEntity, 'audit_alert.insert_if_free', [
  ['rule', 'day', 'actorId'],
]);
const ALERT_BY_ID = select(auditAlertEntity, { name: 'audit_alert.by_id', where: ['id'] });
const ALERT_BY_DAY = select(auditAlertEntity, {
  name: 'audit_alert.by_day',
  where: ['rule', 'day', 'actorId'],
});
const ALERT_GROW = update(auditAlertEntity, {
  name: 'audit_alert.grow',
  set: ['subjectIds', 'entryCount', 'firstAt', 'lastAt', 'version'],
  where: ['id', 'version'],
  and: 'signed_at IS NULL AND expired_at IS NULL',
});
const ALERT_SIGN = update(auditAlertEntity, {
  name: 'audit_alert.sign',
  set: ['signedBy', 'signedAt', 'remarkEnc', 'version'],
  where: ['id', 'version'],
  and: 'signed_at IS NULL AND expired_at IS NULL',
});
const ALERT_ESCALATE = update(auditAlertEntity, {
  name: 'audit_alert.escalate',
  set: ['escalatedAt', 'version'],
  where: ['id', 'version'],
  and: 'signed_at IS NULL AND expired_at IS NULL AND escalated_at IS NULL',
});
const ALERT_EXPIRE = update(auditAlertEntity, {
  name: 'audit_alert.expire',
  set: ['expiredAt', 'version'],
  where: ['id', 'version'],
  and: 'signed_at IS NULL AND expired_at IS NULL',
});
const COLUMNS = Object.fromEntries(
  Object.entries(auditAlertEntity.columns).map(([name, { kind }]) => [name, kind]),
) as { [K in keyof AuditAlertRow]: (typeof auditAlertEntity.columns)[K]['kind'] };
/** Where an alert stands: it waits, was signed, or was closed because nobody had looked at it. */
export type AlertState = 'open' | 'signed' | 'expired';

const ALERTS_PAGE = portable<Before & { state: AlertState; limit: number }, AuditAlertRow>(
  'audit_alert.page',
  `SELECT id, rule, day, actor_id, subject_ids, entry_count, first_at, last_at, raised_at, signed_by, signed_at,
      remark_enc, escalated_at, expired_at, version FROM audit_alert
    WHERE ((:state = 'signed' AND signed_at IS NOT NULL) OR (:state = 'expired' AND expired_at IS NOT NULL)
        OR (:state = 'open' AND signed_at IS NULL AND expired_at IS NULL))
      AND raised_at <= :beforeAt AND (raised_at < :beforeAt OR id < :beforeId)
    ORDER BY raised_at DESC, id DESC FETCH FIRST :limit ROWS ONLY`,
  { params: { state: 'text', limit: 'int', beforeAt: 'instant', beforeId: 'uuid' }, result: COLUMNS },
);
const UNSIGNED = `SELECT id, rule, day, actor_id, subject_ids, entry_count, first_at, last_at, raised_at, signed_by,
      signed_at, remark_enc, escalated_at, expired_at, version FROM audit_alert
    WHERE signed_at IS NULL AND expired_at IS NULL`;
const ALERTS_LATE = portable<{ at: Date; limit: number }, AuditAlertRow>(
  'audit_alert.late',
  `${UNSIGNED} AND escalated_at IS NULL AND raised_at <= :at ORDER BY raised_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { at: 'instant', limit: 'int' }, result: COLUMNS },
);
const ALERTS_OVER = portable<{ at: Date; limit: number }, AuditAlertRow>(
  'audit_alert.over',
  `${UNSIGNED} AND escalated_at <= :at ORDER BY escalated_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { at: 'instant', limit: 'int' }, result: COLUMNS },
);

interface Counted {
  actorId: string;
  entryCount: number;
  firstAt: Date;
  lastAt: Date;
}

/** Entries of one account that a rule counts. */
export interface AccountCount extends Counted {
  /** Whose records it is about, where the rule knows. */
  subjectIds?: string[];
}

const COUNT_RESULT = { actorId: 'text', entryCount: 'int', firstAt: 'instant', lastAt: 'instant' } as const;
const COUNTED = `SELECT actor_id, COUNT(*) AS entry_count, MIN(occurred_at) AS first_at, MAX(occurred_at) AS last_at
     FROM audit_event`;
const GROUPED = `occurred_at >= :fromAt AND occurred_at < :toAt AND actor_type = :actorType AND outcome = :outcome
    GROUP BY actor_id HAVING COUNT(*) >= :least
    ORDER BY COUNT(*) DESC, actor_id FETCH FIRST :limit ROWS ONLY`;
interface CountParams {
  actorType: string;
  outcome: string;
  fromAt: Date;
  toAt: Date;
  least: number;
  limit: number;
}
const COUNT_PARAMS = {
  actorType: 'text',
  outcome: 'text',
  fromAt: 'instant',
  toAt: 'instant',
  least: 'int',
  limit: 'int',
} as const;
const COUNT_ACTS = portable<CountParams & { a: string; b: string; c: string; d: string }, Counted>(
  'audit_alert.count_acts',
  `${COUNTED} WHERE action IN (:a, :b, :c, :d) AND ${GROUPED}`,
  { params: { a: 'text', b: 'text', c: 'text', d: 'text', ...COUNT_PARAMS }, result: COUNT_RESULT },
);
const COUNT_PERSONAL = portable<CountParams, Counted>(
  'audit_alert.count_personal',
  `${COUNTED} WHERE class = 'personal-data' AND ${GROUPED}`,
  { params: COUNT_PARAMS, result: COUNT_RESULT },
);

/** Entries whose detail is added up in one window; an account makes at most 50 files a day. */
const WEIGHED_MAX = 5_000;
const WEIGHED = portable<
  { action: string; outcome: string; fromAt: Date; toAt: Date; limit: number },
  { actorId: string; at: Date; body: string }
>(
  'audit_alert.weighed',
  `SELECT actor_id, occurred_at AS at, body FROM audit_event
    WHERE action = :action AND outcome = :outcome AND actor_type = 'account'
      AND occurred_at >= :fromAt AND occurred_at < :toAt
    ORDER BY occurred_at FETCH FIRST :limit ROWS ONLY`,
  {
    params: { action: 'text', outcome: 'text', fromAt: 'instant', toAt: 'instant', limit: 'int' },
    result: { actorId: 'text', at: 'instant', body: 'clob' },
  },
);

/** Accounts whose entries add up to what the rule says; `entryCount` is the sum. */
async function weighAccounts(
  db: Db,
  { actions, outcome, least, weighs = '' }: AlertRule,
  { from, to }: AlertWindow,
): Promise<AccountCount[]> {
  const sums = new Map<string, AccountCount>();
  for (const action of actions ?? []) {
    const params = { action, outcome, fromAt: from, toAt: to, limit: WEIGHED_MAX };
    for (const { actorId, at, body } of await db.all(WEIGHED, params)) {
      const weight = Number(readEntryBody(body).details?.[weighs] ?? 0) || 0;
      const known = sums.get(actorId) ?? { actorId, entryCount: 0, firstAt: at, lastAt: at };
      sums.set(actorId, { ...known, entryCount: known.entryCount + weight, lastAt: at });
    }
  }
  return [...sums.values()].filter(({ entryCount }) => entryCount >= least).slice(0, ACCOUNTS_MAX);
}

/** Who has at least as many entries as the rule says, those with the most first. */
export function countAccounts(db: Db, rule: AlertRule, window: AlertWindow): Promise<AccountCount[]> {
  if (rule.weighs !== undefined) return weighAccounts(db, rule, window);
  const { from, to } = window;
  const { outcome, least, actions } = rule;
  const params = {
    actorType: rule.by ?? 'account',
    outcome,
    least,
    fromAt: from,
    toAt: to,
    limit: ACCOUNTS_MAX,
  };
  if (actions === null) return db.all(COUNT_PERSONAL, params);
  const [a = '-', b = a, c = a, d = a] = actions;
  return db.all(COUNT_ACTS, { ...params, a, b, c, d });
}

/** Adds an alert; false when the account has one for this rule and day. */
export async function insertAlert(tx: Tx, row: AuditAlertRow): Promise<boolean> {
  return (await tx.run(ALERT_INSERT, row)) === 1;
}

/** The alert of an account for a rule and day. */
export function findAlertOfDay(
  db: Db,
  key: Pick<AuditAlertRow, 'rule' | 'day' | 'actorId'>,
): Promise<AuditAlertRow | undefined> {
  return db.one(ALERT_BY_DAY, { rule: key.rule, day: key.day, actorId: key.actorId });
}

/** The alert, if there is one. */
export function findAlert(db: Db, id: string): Promise<AuditAlertRow | undefined> {
  return db.one(ALERT_BY_ID, { id });
}

/** Takes in what was counted since, while nobody has signed. */
export async function growAlert(
  tx: Tx,
  { id, version }: AuditAlertRow,
  { subjectIds, entryCount, firstAt, lastAt }: AccountCount,
): Promise<void> {
  const set = { subjectIds: subjectIds ?? null, entryCount, firstAt, lastAt, version: version + 1 };
  await tx.run(ALERT_GROW, { ...set, whereId: id, whereVersion: version });
}

/** Signs it off over a version; false when somebody was first. */
export async function signAlert(
  tx: Tx,
  { id, version }: AuditAlertRow,
  by: { signedBy: string; signedAt: Date; remarkEnc: Buffer },
): Promise<boolean> {
  return (
    (await tx.run(ALERT_SIGN, { ...by, version: version + 1, whereId: id, whereVersion: version })) === 1
  );
}

/** Alerts of a state, the newest first. */
export function listAlerts(
  db: Db,
  page: { state: AlertState; before: Before; limit: number },
): Promise<AuditAlertRow[]> {
  return db.all(ALERTS_PAGE, { state: page.state, ...page.before, limit: page.limit });
}

/** Alerts raised by an instant that nobody has signed and of which no more people were told, the oldest first. */
export function listLateAlerts(db: Db, at: Date, limit: number): Promise<AuditAlertRow[]> {
  return db.all(ALERTS_LATE, { at, limit });
}

/** Alerts that were escalated by an instant and still wait, the oldest first. */
export function listOverdueAlerts(db: Db, at: Date, limit: number): Promise<AuditAlertRow[]> {
  return db.all(ALERTS_OVER, { at, limit });
}

/** Notes that more people are told; false when it was signed or changed meanwhile. */
export async function escalateAlert(
  tx: Tx,
  { id, version }: AuditAlertRow,
  escalatedAt: Date,
): Promise<boolean> {
  const set = { escalatedAt, version: version + 1 };
  return (await tx.run(ALERT_ESCALATE, { ...set, whereId: id, whereVersion: version })) === 1;
}

/** Closes it, not reviewed; false when it was signed or changed meanwhile. The row stays. */
export async function expireAlert(tx: Tx, { id, version }: AuditAlertRow, expiredAt: Date): Promise<boolean> {
  const set = { expiredAt, version: version + 1 };
  return (await tx.run(ALERT_EXPIRE, { ...set, whereId: id, whereVersion: version })) === 1;
}
