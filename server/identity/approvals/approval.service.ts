import { AppError, beforeOf, type Clock, type ErrorCode, type Ids } from '../../kernel/index.ts';
import { refuse, type Refusal } from '../../platform/http/index.ts';
import { DatabaseConflict, type Db, type Json, type Tx } from '../../platform/persistence/index.ts';
import type { Permission } from '../permissions.ts';
import type { ApprovalLine, ApprovalRow } from './approval.entity.ts';
import {
  endApproval,
  findApproval,
  findApprovalByKey,
  insertApproval,
  type Ending,
} from './approval.repo.ts';
import {
  APPROVAL_RULES,
  assertReason,
  boundedLines,
  decideRefusal,
  withdrawRefusal,
} from './approval.rules.ts';
import { listApprovals, openApprovalsOf, overdueApprovals } from './approval.view.ts';

/** An act that takes two people. The owner of the act registers its kind; approvals know nothing of what it does. */
export interface ApprovalKind<P extends Json> {
  /** Permanent name `noun.verb`: `retention.shorten`. */
  kind: string;
  title: { zh: string; en: string };
  /** Who may approve or reject it. */
  permission: Permission;
  /** What the approver sees: what changes from what to what. No customer's data. Throws when it can't be done. */
  describe(db: Db, params: P): Promise<ApprovalLine[]>;
  /** Does it, in the unit of work that approves. Checks its conditions again and throws AppErrors where they fail. */
  apply(tx: Tx, params: P, who: { requestedById: string; approvedById: string }): Promise<void>;
  /** What is left to do when it will never be approved: frees what was held for it. */
  drop?(tx: Tx, params: P, why: DropCause): Promise<void>;
  /** Until when it may be decided, when that is longer than seven days from asking. */
  openUntil?(params: P): Date;
}

/** Why an act will never be approved; `left`: who asked for it has left. */
export type DropCause = 'rejected' | 'withdrawn' | 'expired' | 'left';

/** What other modules see of the four eyes. */
export interface Approvals {
  /** Once for each kind, when the program is put together. */
  register<P extends Json>(kind: ApprovalKind<P>): void;
  /**
   * Asks for a registered act in the name of the unit's actor. With a `key`, only one may be open at a time. Throws
   * `approval.reason_invalid`, `approval.exists`, `approval.limit`, and what describing it throws.
   */
  ask<P extends Json>(
    tx: Tx,
    kind: string,
    params: P,
    why: string | { reason: string; key: string },
  ): Promise<{ id: string }>;
  /** What of these kinds waits for a second person, the newest first; whoever asks sees no change from it. */
  waitingOf(db: Db, kinds: readonly string[], limit: number): Promise<WaitingAct[]>;
  /** Ends the open one of a kind and key because its cause is gone; does nothing when there is none. */
  withdraw(tx: Tx, kind: string, key: string): Promise<void>;
}

/** An act that waits, as overviews name it. */
export interface WaitingAct {
  id: string;
  kind: string;
  title: { zh: string; en: string };
  requestedById: string;
  requestedAt: Date;
  expiresAt: Date;
}

/** Told in the unit of work that asks; sends the notices. */
export type OnAsked = (
  tx: Tx,
  asked: { id: string; kind: string; title: { zh: string; en: string }; permission: Permission },
) => Promise<void>;

/** What approvals need. */
export interface ApprovalDeps {
  clock: Clock;
  ids: Ids;
  onAsked?: OnAsked;
}

/** Somebody who decides. */
export interface Viewer {
  id: string;
  permissions: ReadonlySet<string>;
}

/** Lines of an open approval as things stand now; with `problem` when it could not be carried out at present. */
export interface Described {
  lines: ApprovalLine[];
  problem?: string;
}

type AnyKind = ApprovalKind<Json>;

const KIND = /^[a-z][a-z-]*\.[a-z][a-z-]*$/;
/** Sees every approval without deciding any. */
const SEE_ALL: Permission = 'approval:read';

/** The four eyes: who asks never approves, and what was approved happens in the same unit of work. */
export class ApprovalService implements Approvals {
  readonly #deps: ApprovalDeps;
  readonly #kinds = new Map<string, AnyKind>();

  constructor(deps: ApprovalDeps) {
    this.#deps = deps;
  }

  register<P extends Json>(kind: ApprovalKind<P>): void {
    if (!KIND.test(kind.kind) || kind.kind.length > 60) throw new Error(`${kind.kind} names no kind of act.`);
    if (this.#kinds.has(kind.kind)) throw new Error(`The kind ${kind.kind} is registered twice.`);
    this.#kinds.set(kind.kind, kind as unknown as AnyKind);
  }

  async waitingOf(db: Db, kinds: readonly string[], limit: number): Promise<WaitingAct[]> {
    const now = this.#deps.clock.now();
    const known = kinds.filter((kind) => this.#kinds.has(kind));
    const page = { ...beforeOf(undefined), limit };
    const rows = await listApprovals(db, { list: 'waiting', kinds: known, viewerId: '', now, page });
    return rows.map(({ id, kind, requestedById, requestedAt, expiresAt }) => ({
      ...{ id, kind, title: this.titleOf(kind), requestedById, requestedAt, expiresAt },
    }));
  }

  async ask<P extends Json>(
    tx: Tx,
    kind: string,
    params: P,
    why: string | { reason: string; key: string },
  ): Promise<{ id: string }> {
    const known = this.#kinds.get(kind);
    if (known === undefined) throw new Error(`The kind ${kind} is not registered.`);
    if (Buffer.byteLength(JSON.stringify(params)) > APPROVAL_RULES.paramsBytesMax)
      throw new AppError('request.too_large');
    const reason = assertReason(typeof why === 'string' ? why : why.reason);
    if ((await this.countOpenOf(tx, tx.context.actor.id)) >= APPROVAL_RULES.openPerAccountMax)
      throw new AppError('approval.limit');
    const now = this.#deps.clock.now();
    const openKey = typeof why === 'string' ? null : await this.#freeKey(tx, `${kind}:${why.key}`);
    const id = this.#deps.ids.next();
    await this.#insert(tx, {
      id,
      kind,
      params,
      reason,
      changeLines: boundedLines(await known.describe(tx, params)),
      state: 'asked',
      openKey,
      requestedById: tx.context.actor.id,
      requestedAt: now,
      expiresAt: new Date(Math.max(now.getTime() + APPROVAL_RULES.openMs, +(known.openUntil?.(params) ?? 0))),
      decidedById: null,
      decidedAt: null,
      note: null,
      version: 1,
    });
    const target = { type: 'approval', id };
    tx.record({ action: 'approval.request', outcome: 'ok', target, details: { kind } });
    await this.#deps.onAsked?.(tx, { id, kind, title: known.title, permission: known.permission });
    return { id };
  }

  /** An expired approval holds no key. */
  async #freeKey(tx: Tx, key: string): Promise<string> {
    const held = await findApprovalByKey(tx, key);
    if (held === undefined) return key;
    if (held.expiresAt > this.#deps.clock.now()) throw new AppError('approval.exists');
    await this.#expire(tx, held);
    return key;
  }

  async #insert(tx: Tx, row: ApprovalRow): Promise<void> {
    try {
      await insertApproval(tx, row);
    } catch (error) {
      if (error instanceof DatabaseConflict && error.constraint === 'ux_approval_open_key')
        throw new AppError('approval.exists', { cause: error });
      throw error;
    }
  }

  /** Names of the kinds somebody may see, at most as many as are registered. */
  kindsSeenBy({ permissions }: Viewer): string[] {
    return permissions.has(SEE_ALL) ? [...this.#kinds.keys()] : this.kindsDecidedBy({ permissions });
  }

  /** Names of the kinds somebody may decide. */
  kindsDecidedBy({ permissions }: Pick<Viewer, 'permissions'>): string[] {
    return [...this.#kinds.values()]
      .filter((each) => permissions.has(each.permission))
      .map(({ kind }) => kind);
  }

  /** Title of a kind in both languages; its name where nobody registers it any more. */
  titleOf(kind: string): { zh: string; en: string } {
    return this.#kinds.get(kind)?.title ?? { zh: kind, en: kind };
  }

  /** Why this person may not decide it now; undefined when that may be. */
  refusalOf(row: ApprovalRow, viewer: Viewer): ErrorCode | undefined {
    const permission = this.#kinds.get(row.kind)?.permission;
    const mayDecide = permission !== undefined && viewer.permissions.has(permission);
    return decideRefusal(row, { id: viewer.id, mayDecide }, this.#deps.clock.now());
  }

  /** The approval of an id for somebody who may see it; `request.not_found` for everybody else. */
  async get(db: Db, id: string, viewer: Viewer): Promise<ApprovalRow> {
    const row = await findApproval(db, id);
    const isSeen =
      row !== undefined &&
      (row.requestedById === viewer.id ||
        viewer.permissions.has(SEE_ALL) ||
        this.kindsDecidedBy(viewer).includes(row.kind));
    if (!isSeen) throw new AppError('request.not_found');
    return row;
  }

  /** What the approver sees: as things stand now while it is open, as they stood once it was decided. */
  async describe(db: Db, row: ApprovalRow): Promise<Described> {
    const kind = this.#kinds.get(row.kind);
    if (row.state !== 'asked' || kind === undefined) return { lines: row.changeLines };
    try {
      return { lines: boundedLines(await kind.describe(db, row.params)) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { lines: row.changeLines, problem: error.code };
    }
  }

  /**
   * Approves and does it. A failing act throws `approval.not_applicable` with its own code in `details.cause`, and
   * everything, the approval included, stays as it was.
   */
  async approve(
    tx: Tx,
    row: ApprovalRow,
    decision: { viewer: Viewer; version: number; note: string | undefined },
  ): Promise<ApprovalRow | Refusal> {
    const refusal = await this.#refuse(tx, row, decision);
    if (refusal !== undefined) return refusal;
    const kind = this.#kinds.get(row.kind) as AnyKind;
    const note = decision.note === undefined ? null : assertReason(decision.note);
    const lines = boundedLines(await orNotApplicable(() => kind.describe(tx, row.params)));
    // First the row: of two who approve at once the second waits here, finds it decided, and does nothing.
    const ended = await this.#end(tx, row, { state: 'approved', byId: decision.viewer.id, note, lines });
    const who = { requestedById: row.requestedById, approvedById: decision.viewer.id };
    await orNotApplicable(() => kind.apply(tx, row.params, who));
    return ended;
  }

  /** Turns it down, with a reason. */
  async reject(
    tx: Tx,
    row: ApprovalRow,
    decision: { viewer: Viewer; version: number; note: string },
  ): Promise<ApprovalRow | Refusal> {
    const refusal = await this.#refuse(tx, row, decision);
    if (refusal !== undefined) return refusal;
    const { lines } = await this.describe(tx, row);
    const note = assertReason(decision.note);
    const ended = await this.#end(tx, row, { state: 'rejected', byId: decision.viewer.id, note, lines });
    await this.#drop(tx, row, 'rejected');
    return ended;
  }

  /** Takes back what the person asked for. */
  async takeBack(
    tx: Tx,
    row: ApprovalRow,
    decision: { viewer: Viewer; version: number },
  ): Promise<ApprovalRow | Refusal> {
    const code = withdrawRefusal(row, decision.viewer.id, this.#deps.clock.now());
    const refusal = await this.#refuseCode(tx, row, { code, version: decision.version });
    if (refusal !== undefined) return refusal;
    const { lines } = await this.describe(tx, row);
    const ended = await this.#end(tx, row, {
      state: 'withdrawn',
      byId: decision.viewer.id,
      note: null,
      lines,
    });
    await this.#drop(tx, row, 'withdrawn');
    return ended;
  }

  async withdraw(tx: Tx, kind: string, key: string): Promise<void> {
    const row = await findApprovalByKey(tx, `${kind}:${key}`);
    if (row === undefined) return;
    const { changeLines: lines } = row;
    await this.#end(tx, row, { state: 'withdrawn', byId: tx.context.actor.id, note: null, lines });
  }

  /** How many acts somebody asked for are undecided. */
  async countOpenOf(db: Db, requestedById: string): Promise<number> {
    return (await this.#openOf(db, requestedById)).length;
  }

  /** Takes back what somebody who leaves asked for; gives the number. Whoever still wants it asks anew. */
  async withdrawAllOf(tx: Tx, requestedById: string): Promise<number> {
    const open = await this.#openOf(tx, requestedById);
    for (const row of open) {
      const { changeLines: lines } = row;
      await this.#end(tx, row, { state: 'withdrawn', byId: tx.context.actor.id, note: null, lines });
      await this.#drop(tx, row, 'left');
    }
    return open.length;
  }

  #openOf(db: Db, requestedById: string): Promise<ApprovalRow[]> {
    const limit = APPROVAL_RULES.openPerAccountMax;
    return openApprovalsOf(db, { requestedById, now: this.#deps.clock.now(), limit });
  }

  /** Marks what nobody decided in time, at most 200 in one unit of work; gives the number. A job calls it. */
  async expireDue(tx: Tx): Promise<number> {
    const now = this.#deps.clock.now();
    const due = await overdueApprovals(tx, { now, limit: APPROVAL_RULES.expiredAtOnce });
    for (const row of due) await this.#expire(tx, row);
    return due.length;
  }

  async #refuse(
    tx: Tx,
    row: ApprovalRow,
    { viewer, version }: { viewer: Viewer; version: number },
  ): Promise<Refusal | undefined> {
    return this.#refuseCode(tx, row, { code: this.refusalOf(row, viewer), version });
  }

  /** What has expired is marked so in the unit of work that finds it out. */
  async #refuseCode(
    tx: Tx,
    row: ApprovalRow,
    { code, version }: { code: ErrorCode | undefined; version: number },
  ): Promise<Refusal | undefined> {
    const isOthers = code === 'approval.second_person' || code === 'access.refused';
    if (!isOthers && row.version !== version) throw new AppError('request.version_stale');
    if (code === 'approval.expired' && row.state === 'asked') {
      await this.#expire(tx, row);
      return refuse('approval.expired');
    }
    if (code !== undefined) throw new AppError(code);
    return undefined;
  }

  async #expire(tx: Tx, row: ApprovalRow): Promise<void> {
    const ending = { state: 'expired', byId: 'system', note: null, lines: row.changeLines } as const;
    await this.#end(tx, row, ending);
    await this.#drop(tx, row, 'expired');
  }

  async #drop(tx: Tx, row: ApprovalRow, why: DropCause): Promise<void> {
    await this.#kinds.get(row.kind)?.drop?.(tx, row.params, why);
  }

  async #end(tx: Tx, row: ApprovalRow, ending: Omit<Ending, 'at'>): Promise<ApprovalRow> {
    const at = this.#deps.clock.now();
    if (!(await endApproval(tx, row, { ...ending, at }))) throw new AppError('request.version_stale');
    const target = { type: 'approval', id: row.id };
    tx.record({ action: ACTS[ending.state], outcome: 'ok', target, details: { kind: row.kind } });
    const { state, byId: decidedById, note, lines: changeLines } = ending;
    return {
      ...row,
      state,
      decidedById,
      decidedAt: at,
      note,
      changeLines,
      openKey: null,
      version: row.version + 1,
    };
  }
}

const ACTS = {
  approved: 'approval.approve',
  rejected: 'approval.reject',
  withdrawn: 'approval.withdraw',
  expired: 'approval.expire',
} as const;

/** A rule of the act that refuses it gets one code of ours, so that callers can tell it from a stale approval. */
async function orNotApplicable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseConflict)
      throw new AppError('approval.not_applicable', { details: { cause: error.constraint }, cause: error });
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    throw new AppError('approval.not_applicable', { details: { cause: error.code }, cause: error });
  }
}
