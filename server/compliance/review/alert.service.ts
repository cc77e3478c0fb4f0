import { AppError, SYSTEM_ACTOR, type Clock, type Ids, type TimeZone } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { AnyJobKind, JobKind } from '../../platform/jobs/index.ts';
import type { Notifier } from '../../platform/notify/index.ts';
import type { Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import type { StaffMatching } from '../staff/ports.ts';
import { findStaffLooks } from '../staff/staff-watch.ts';
import { watchQueue } from './alert.expiry.ts';
import type { AuditAlertRow } from './alert.entity.ts';
import {
  countAccounts,
  findAlert,
  findAlertOfDay,
  growAlert,
  insertAlert,
  signAlert,
  type AccountCount,
} from './alert.repo.ts';
import { RULES, windowOf, type AlertRuleName, type AlertRule } from './alert.rules.ts';

/** What reviewing needs. */
export interface ReviewDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  crypto: Crypto;
  zone: TimeZone;
  notifier: Pick<Notifier, 'send'>;
  /** Finds customers by the numbers of the staff. */
  staff: StaffMatching;
}

/** Days a look goes back: an entry may come late, and the night before ends in the morning. */
const DAYS_BACK = 1;
const TIMEOUT_MS = 10 * 60_000;

/** Finds what rules look for, and takes what officers say to it. */
export class AlertService {
  readonly #deps: ReviewDeps;

  constructor(deps: ReviewDeps) {
    this.#deps = deps;
  }

  /**
   * One look at all rules, today's and yesterday's windows, and at what waits too long; gives how many alerts are
   * new.
   */
  async look(): Promise<number> {
    let newCount = 0;
    for (const rule of RULES) {
      for (let daysAgo = DAYS_BACK; daysAgo >= 0; daysAgo -= 1) newCount += await this.#lookAt(rule, daysAgo);
    }
    for (let daysAgo = DAYS_BACK; daysAgo >= 0; daysAgo -= 1) newCount += await this.#lookAtStaff(daysAgo);
    await watchQueue(this.#deps);
    return newCount;
  }

  async #lookAt(rule: AlertRule, daysAgo: number): Promise<number> {
    const { uow, clock, zone } = this.#deps;
    const window = windowOf(rule, zone, { now: clock.now(), daysAgo });
    let newCount = 0;
    for (const found of await uow.read((db) => countAccounts(db, rule, window)))
      newCount += await this.#found(rule.name, window.day, found);
    return newCount;
  }

  /** Looks at records of customers who are on the staff: the own one, and those of colleagues. */
  async #lookAtStaff(daysAgo: number): Promise<number> {
    const { uow, clock, zone, staff } = this.#deps;
    const window = windowOf({ when: 'day' }, zone, { now: clock.now(), daysAgo });
    let newCount = 0;
    for (const found of await uow.read((db) => findStaffLooks(staff, db, window)))
      newCount += await this.#found(found.rule, window.day, found);
    return newCount;
  }

  /** Raises an alert, or lets the one of the day grow; gives how many are new. */
  async #found(rule: AlertRuleName, day: string, account: AccountCount): Promise<number> {
    const { uow, clock, ids } = this.#deps;
    const { actorId, entryCount, firstAt, lastAt } = account;
    const key = { rule, day, actorId };
    const known = await uow.read((db) => findAlertOfDay(db, key));
    if (known !== undefined) {
      const isClosed = known.signedAt !== null || known.expiredAt !== null;
      if (isClosed || known.entryCount === entryCount) return 0;
      await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        await growAlert(tx, known, account);
        const target = { type: 'alert', id: known.id };
        tx.record({ action: 'audit.alert', outcome: 'ok', target, reason: rule });
      });
      return 0;
    }
    const row: AuditAlertRow = {
      ...{
        id: ids.next(),
        ...key,
        subjectIds: account.subjectIds ?? null,
        entryCount,
        firstAt,
        lastAt,
        raisedAt: clock.now(),
      },
      ...{ signedBy: null, signedAt: null, remarkEnc: null, escalatedAt: null, expiredAt: null, version: 1 },
    };
    return uow.run({ actor: SYSTEM_ACTOR }, (tx) => this.#raise(tx, row));
  }

  async #raise(tx: Tx, row: AuditAlertRow): Promise<number> {
    const isNew = await insertAlert(tx, row);
    tx.record({
      ...{ action: 'audit.alert', outcome: 'ok', reason: row.rule },
      target: { type: 'alert', id: row.id },
      details: {
        ...{ actor: row.actorId, count: row.entryCount, day: row.day },
        ...(row.subjectIds === null ? {} : { subjects: row.subjectIds }),
      },
    });
    if (!isNew) return 0;
    const kind = 'audit.alert';
    const params = { rule: row.rule, count: row.entryCount, day: row.day };
    const to = { permission: 'audit:review' };
    await this.#deps.notifier.send(tx, {
      kind,
      severity: 'warning',
      params,
      key: `${kind}/${row.id}`,
      to,
      link: '/audit/reviews',
    });
    return 1;
  }

  /** Signs an alert off with a remark. Nobody signs what is about them. */
  async sign(tx: Tx, target: { id: string; version: number }, remark: string): Promise<AuditAlertRow> {
    const { clock, crypto } = this.#deps;
    const row = await findAlert(tx, target.id);
    if (row === undefined) throw new AppError('request.not_found');
    if (row.actorId === tx.context.actor.id) throw new AppError('audit.own_alert');
    const signedAt = clock.now();
    const remarkEnc = crypto.installation.seal(remarkCell(row.id), remark);
    const by = { signedBy: tx.context.actor.id, signedAt, remarkEnc };
    if (row.version !== target.version || !(await signAlert(tx, row, by)))
      throw new AppError('request.version_stale');
    tx.record({
      action: 'audit.review',
      outcome: 'ok',
      target: { type: 'alert', id: row.id },
      reason: row.rule,
    });
    return { ...row, ...by, version: row.version + 1 };
  }

  /** The remark of a signed alert. */
  async remarkOf({ id, remarkEnc }: AuditAlertRow): Promise<string | null> {
    return remarkEnc === null ? null : this.#deps.crypto.open(remarkCell(id), remarkEnc);
  }
}

function remarkCell(id: string) {
  return { table: 'audit_alert', column: 'remark_enc', rowId: id };
}

/** The job: a look each quarter of an hour. */
export function alertJobs(alerts: AlertService): AnyJobKind[] {
  const look: JobKind<Record<string, never>> = {
    kind: 'compliance.audit-alerts',
    title: { zh: '审计异常检查', en: 'Look for unusual access' },
    schedule: '*/15 * * * *',
    maxAttempts: 3,
    timeoutMs: TIMEOUT_MS,
    run: async () => ({ alerts: await alerts.look() }),
  };
  return [look];
}
