import { AppError, SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import type { ApprovalKind, Approvals } from '../../identity/index.ts';
import type { JobKind, JobQueue, WithDb } from '../../platform/jobs/index.ts';
import {
  endDeks,
  type Db,
  type RecordStore,
  type Tx,
  type UnitOfWork,
} from '../../platform/persistence/index.ts';
import { coversOf } from './cover.ts';
import type { ErasureRow } from './erasure.entity.ts';
import { findErasure, finishErasure, insertAck, insertErasure, listAcks } from './erasure.repo.ts';
import { ERASURE_SETTLE_MS, type ErasureCover } from './erasure.rules.ts';

/** What a module does to the rows of a person: index values away, files and rights gone. Twice gives nothing more. */
export interface PersonEraser {
  /** Rows changed or removed, by table. */
  erase(tx: Tx, requesterId: string): Promise<Record<string, number>>;
}

/** What erasing needs. */
export interface ErasureDeps {
  uow: UnitOfWork;
  withDb: WithDb;
  clock: Clock;
  ids: Ids;
  stores: readonly RecordStore[];
  erasers: readonly PersonEraser[];
  approvals: Approvals;
  queue: JobQueue;
  /** Tells every process of destroyed keys, with the commit. */
  announce(tx: Tx, erasureId: string, dekIds: readonly number[]): void;
}

/** Name of the act that takes two people. */
export const ERASE_APPROVAL = 'requester.erase';
const ERASE_JOB = 'compliance.erasure';

type EraseParams = { requesterId: string };

/** Erases one person for good: the keys first, so that nothing sealed can be read any more, then what is searchable. */
export class ErasureService {
  readonly #deps: ErasureDeps;

  constructor(deps: ErasureDeps) {
    this.#deps = deps;
    deps.approvals.register(this.#approvalKind());
  }

  /** What keeps the person from being erased; empty when nothing does. Throws `erasure.person_unknown`. */
  async check(db: Db, requesterId: string): Promise<ErasureCover[]> {
    const { stores, clock } = this.#deps;
    const covers = await coversOf(db, { stores, now: clock.now() }, requesterId);
    if (covers === undefined) throw new AppError('erasure.person_unknown');
    return covers;
  }

  /** Asks for an erasure; a second person approves it. Throws `erasure.covered`, naming what keeps the person. */
  async ask(tx: Tx, requesterId: string, reason: string): Promise<{ id: string }> {
    await this.#assertFree(tx, requesterId);
    return this.#deps.approvals.ask(tx, ERASE_APPROVAL, { requesterId }, { reason, key: requesterId });
  }

  /** A process has overwritten the keys in its memory. */
  async acknowledge(erasureId: string, nodeId: string): Promise<void> {
    const at = this.#deps.clock.now();
    await this.#deps.withDb((db) => insertAck(db, { erasureId, nodeId, at }));
  }

  /** The erasure of an id; throws `request.not_found`. */
  async get(db: Db, id: string): Promise<ErasureRow> {
    const row = await findErasure(db, id);
    if (row === undefined) throw new AppError('request.not_found');
    return row;
  }

  /**
   * Looks a second time once no process can hold a key any more: what was on its way during the destruction is taken
   * away as well, and the erasure is done. A job runs it.
   */
  get job(): JobKind<{ erasureId: string }> {
    return {
      kind: ERASE_JOB,
      title: { zh: '完成个人信息删除', en: 'Finish the erasure of a person' },
      ...{ maxAttempts: 20, timeoutMs: 600_000 },
      run: async (_context, { erasureId }) => {
        await this.finish(erasureId);
      },
    };
  }

  /** The second look. */
  async finish(erasureId: string): Promise<void> {
    const { uow, clock } = this.#deps;
    await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const row = await this.get(tx, erasureId);
      const { requesterId, report } = row;
      const { destroyed } = await endDeks(tx, [requesterId]);
      const again = await this.#eraseRows(tx, requesterId);
      const acks = await listAcks(tx, erasureId);
      const rows = { ...report.rows };
      for (const [table, count] of Object.entries(again)) rows[table] = (rows[table] ?? 0) + count;
      const done: ErasureRow = {
        ...row,
        state: 'done',
        finishedAt: clock.now(),
        report: {
          keys: report.keys + destroyed.length,
          rows,
          acknowledged: acks.map(({ nodeId, at }) => `${nodeId} ${at.toISOString()}`),
        },
      };
      const target = { type: 'erasure', id: erasureId };
      const details = { isDone: true, processes: acks.length };
      tx.record({ action: 'requester.erase', outcome: 'ok', target, customer: requesterId, details });
      await finishErasure(tx, done);
    });
  }

  #approvalKind(): ApprovalKind<EraseParams> {
    return {
      kind: ERASE_APPROVAL,
      title: { zh: '永久删除一位客户的个人信息', en: 'Erase a person for good' },
      permission: 'record:approve',
      describe: async (db, { requesterId }) => {
        await this.#assertFree(db, requesterId);
        return [{ label: 'requesterId', from: requesterId, to: '' }];
      },
      apply: (tx, { requesterId }, { requestedById, approvedById }) =>
        this.#begin(tx, requesterId, { askedById: requestedById, approvedById }),
    };
  }

  /** Keys, index values, files, and rights, in one unit of work with the approval. */
  async #begin(
    tx: Tx,
    requesterId: string,
    who: Pick<ErasureRow, 'askedById' | 'approvedById'>,
  ): Promise<void> {
    const { clock, ids, queue, announce } = this.#deps;
    await this.#assertFree(tx, requesterId);
    const { destroyed } = await endDeks(tx, [requesterId]);
    const rows = await this.#eraseRows(tx, requesterId);
    const startedAt = clock.now();
    const id = ids.next();
    const report = { keys: destroyed.length, rows, acknowledged: [] };
    await insertErasure(tx, {
      id,
      requesterId,
      state: 'destroying',
      ...who,
      startedAt,
      finishedAt: null,
      report,
    });
    tx.record({
      ...{ action: 'requester.erase', outcome: 'ok', customer: requesterId },
      target: { type: 'erasure', id },
      details: { keys: destroyed.length, requestedBy: who.askedById },
    });
    announce(tx, id, destroyed);
    const notBefore = new Date(startedAt.getTime() + ERASURE_SETTLE_MS);
    await queue.enqueue(tx, ERASE_JOB, { erasureId: id }, { key: id, notBefore });
  }

  async #eraseRows(tx: Tx, requesterId: string): Promise<Record<string, number>> {
    const rows: Record<string, number> = {};
    for (const { erase } of this.#deps.erasers) Object.assign(rows, await erase(tx, requesterId));
    return rows;
  }

  async #assertFree(db: Db, requesterId: string): Promise<void> {
    const covers = await this.check(db, requesterId);
    if (covers.length > 0) throw new AppError('erasure.covered', { details: { covers: covers.map(nameOf) } });
  }
}

/** A cover in one line, for the details of an error: what it is and which one. */
function nameOf(cover: ErasureCover): string {
  if (cover.kind === 'hold') return `hold ${cover.holdId}`;
  if (cover.kind === 'period') return `period ${cover.recordClass} ${cover.until ?? 'open'}`;
  return cover.kind === 'archive' ? `archive ${cover.count}` : cover.kind;
}
