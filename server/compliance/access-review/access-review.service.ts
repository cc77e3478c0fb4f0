import {
  AppError,
  SYSTEM_ACTOR,
  type Clock,
  type DataScope,
  type Ids,
  type TimeZone,
} from '../../kernel/index.ts';
import type { AccountAccess } from '../../identity/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { AnyJobKind, JobContext, JobKind, JobQueue } from '../../platform/jobs/index.ts';
import type { Notifier } from '../../platform/notify/index.ts';
import type { Db, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import type { AccessItemRow, AccessReviewRow } from './access-review.entity.ts';
import {
  countReveals,
  decideItem,
  expireItems,
  findItem,
  findReview,
  findReviewOf,
  insertItems,
  insertReview,
  listDueReviews,
  moveReview,
} from './access-review.repo.ts';
import { ACCESS_REVIEW_LIMITS, quarterOf, type Quarter } from './access-review.rules.ts';

/** What reviews need. */
export interface AccessReviewDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  crypto: Crypto;
  zone: TimeZone;
  queue: JobQueue;
  notifier: Pick<Notifier, 'send'>;
  /** Active accounts with their roles, by user name. */
  listAccess(page: { after: string | undefined; limit: number }): Promise<AccountAccess[]>;
}

const OPEN_JOB = 'compliance.access-review';
const DUE_JOB = 'compliance.access-review-due';
const ATTEMPTS_MAX = 5;
const TIMEOUT_MS = 2 * 60 * 60_000;
const DAY_MS = 86_400_000;
const LINK = '/audit/access';

type OpenParams = { back?: number };
type OpenState = { reviewId: string; after: string; done: number };

/** Each quarter everybody's rights are looked at by whoever answers for the person, within thirty days. */
export class AccessReviewService {
  readonly #deps: AccessReviewDeps;

  constructor(deps: AccessReviewDeps) {
    this.#deps = deps;
  }

  /** Asks for the review of the present quarter before its end. Throws `access_review.exists`. */
  async openNow(tx: Tx): Promise<{ period: string }> {
    const { clock, zone, queue } = this.#deps;
    const { period } = quarterOf(clock.now(), zone);
    if ((await findReviewOf(tx, period)) !== undefined) throw new AppError('access_review.exists');
    await queue.enqueue(tx, OPEN_JOB, { back: 0 }, { key: period });
    tx.record({ action: 'access-review.open', outcome: 'ok', details: { period } });
    return { period };
  }

  /**
   * Says whether the account keeps its rights. Nobody decides on the own account. Throws `request.not_found` outside of
   * the scope, `access_review.own`, `access_review.closed`, `request.version_stale`. Records `access-review.attest`.
   */
  async decide(
    tx: Tx,
    target: { id: string; version: number; scope: DataScope },
    said: { decision: 'kept' | 'revoke'; remark: string | null },
  ): Promise<AccessItemRow> {
    const { clock, crypto, notifier } = this.#deps;
    const row = await findItem(tx, target.id, target.scope);
    if (row === undefined) throw new AppError('request.not_found');
    const { actor } = tx.context;
    if (row.accountId === actor.id) throw new AppError('access_review.own');
    if (row.state !== 'open') throw new AppError('access_review.closed');
    const { decision, remark } = said;
    const set = {
      ...{ state: decision, decidedBy: actor.id, decidedAt: clock.now() },
      remarkEnc: remark === null ? null : crypto.installation.seal(remarkCell(row.id), remark),
    };
    if (row.version !== target.version || !(await decideItem(tx, row, set)))
      throw new AppError('request.version_stale');
    const account = { type: 'account', id: row.accountId };
    tx.record({ action: 'access-review.attest', outcome: 'ok', target: account, reason: decision });
    if (decision === 'revoke') {
      const kind = 'access-review.revoke';
      const to = { permission: ['account:create', 'account:approve'] };
      const key = `${kind}/${row.id}`;
      await notifier.send(tx, { kind, severity: 'warning', params: {}, key, to, link: '/accounts' });
    }
    return { ...row, ...set, version: row.version + 1 };
  }

  /** The remark of a decided item. */
  async remarkOf({ id, remarkEnc }: AccessItemRow): Promise<string | null> {
    return remarkEnc === null ? null : this.#deps.crypto.open(remarkCell(id), remarkEnc);
  }

  /** The jobs: one opens a review when a quarter has ended, one closes those that are due. */
  get jobs(): AnyJobKind[] {
    const open: JobKind<OpenParams, OpenState> = {
      kind: OPEN_JOB,
      title: { zh: '建立季度权限复核', en: 'Open the review of access' },
      schedule: '30 2 1 1,4,7,10 *',
      maxAttempts: ATTEMPTS_MAX,
      timeoutMs: TIMEOUT_MS,
      // By schedule it is the quarter that has just ended.
      run: async (context, { back = 1 }) => ({ accounts: await this.#open(context, back) }),
    };
    const due: JobKind<Record<string, never>> = {
      kind: DUE_JOB,
      title: { zh: '结束到期的权限复核', en: 'Close reviews of access that are due' },
      schedule: '10 3 * * *',
      maxAttempts: ATTEMPTS_MAX,
      timeoutMs: TIMEOUT_MS,
      run: async () => ({ closed: await this.closeDue() }),
    };
    return [open, due];
  }

  /** Closes reviews whose days are over: what nobody decided expires, and officers are told. */
  async closeDue(): Promise<number> {
    const { uow, clock } = this.#deps;
    const due = await uow.read((db) => listDueReviews(db, clock.now()));
    for (const id of due) await uow.run({ actor: SYSTEM_ACTOR }, (tx) => this.#close(tx, id));
    return due.length;
  }

  async #close(tx: Tx, id: string): Promise<void> {
    const review = await this.#get(tx, id);
    if (review.state !== 'open') return;
    const expired = await expireItems(tx, id);
    if (!(await moveReview(tx, review, { state: 'closed', closedAt: this.#deps.clock.now() })))
      throw new AppError('server.busy');
    const target = { type: 'access-review', id };
    tx.record({
      action: 'access-review.close',
      outcome: 'ok',
      target,
      details: { period: review.period, expired },
    });
    if (expired > 0) await this.#tell(tx, review, { kind: 'access-review.expired', count: expired });
  }

  async #open({ state: known, checkpoint }: JobContext<OpenState>, back: number): Promise<number> {
    const { clock, zone, uow, listAccess } = this.#deps;
    const quarter = quarterOf(clock.now(), zone, back);
    const review = known
      ? await uow.read((db) => this.#get(db, known.reviewId))
      : await uow.run({ actor: SYSTEM_ACTOR }, (tx) => this.#begin(tx, quarter));
    let state: OpenState = known ?? { reviewId: review.id, after: '', done: 0 };
    const limit = ACCESS_REVIEW_LIMITS.accountsPerPage;
    while (review.state === 'making') {
      const page = await listAccess({ after: state.after || undefined, limit });
      if (page.length > 0) await this.#list(review, page);
      const after = page.at(-1)?.username ?? state.after;
      state = { ...state, after, done: state.done + page.length };
      await checkpoint(state, { done: state.done });
      if (page.length < limit) break;
    }
    if (review.state === 'making') await this.#publish(review, state.done);
    return state.done;
  }

  /** The review of a quarter, made if there is none. */
  async #begin(tx: Tx, { period, from, to }: Quarter): Promise<AccessReviewRow> {
    const { clock, ids } = this.#deps;
    const openedAt = clock.now();
    const row: AccessReviewRow = {
      ...{
        id: ids.next(),
        period,
        fromAt: from,
        toAt: to,
        state: 'making',
        openedAt,
        closedAt: null,
        version: 1,
      },
      dueAt: new Date(openedAt.getTime() + ACCESS_REVIEW_LIMITS.openDays * DAY_MS),
    };
    const isNew = await insertReview(tx, row);
    const review = isNew ? row : await findReviewOf(tx, period);
    if (review === undefined) throw new AppError('server.busy');
    const target = { type: 'access-review', id: review.id };
    tx.record({ action: 'access-review.open', outcome: 'ok', target, details: { period, isNew } });
    return review;
  }

  async #list(review: AccessReviewRow, page: readonly AccountAccess[]): Promise<void> {
    const { uow, ids } = this.#deps;
    const { id: reviewId, fromAt, toAt } = review;
    const rows: AccessItemRow[] = [];
    for (const { accountId, unitId, roles, lastUsedAt } of page) {
      const revealCount = await uow.read((db) => countReveals(db, { accountId, fromAt, toAt }));
      rows.push({
        ...{ id: ids.next(), reviewId, accountId, unitId, roles, lastUsedAt, revealCount, state: 'open' },
        ...{ decidedBy: null, decidedAt: null, remarkEnc: null, version: 1 },
      });
    }
    await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      await insertItems(tx, rows);
      const target = { type: 'access-review', id: reviewId };
      tx.record({ action: 'access-review.list', outcome: 'ok', target, details: { count: rows.length } });
    });
  }

  async #publish(review: AccessReviewRow, count: number): Promise<void> {
    await this.#deps.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      if (!(await moveReview(tx, review, { state: 'open', closedAt: null })))
        throw new AppError('server.busy');
      const target = { type: 'access-review', id: review.id };
      tx.record({
        action: 'access-review.open',
        outcome: 'ok',
        target,
        details: { period: review.period, count },
      });
      await this.#tell(tx, review, { kind: 'access-review.open', count });
    });
  }

  #tell(
    tx: Tx,
    { period, id }: AccessReviewRow,
    { kind, count }: { kind: string; count: number },
  ): Promise<void> {
    const severity = kind === 'access-review.open' ? 'info' : 'warning';
    const permission =
      kind === 'access-review.open' ? ['access:attest'] : ['audit:review', 'account:approve'];
    const params = { period, count };
    return this.#deps.notifier.send(tx, {
      kind,
      severity,
      params,
      key: `${kind}/${id}`,
      to: { permission },
      link: LINK,
    });
  }

  async #get(db: Db, id: string): Promise<AccessReviewRow> {
    const row = await findReview(db, id);
    if (row === undefined) throw new AppError('request.not_found');
    return row;
  }
}

function remarkCell(rowId: string) {
  return { table: 'access_review_item', column: 'remark_enc', rowId };
}
