import { AppError, type Clock, type Ids, type RecordClass } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { Db, RecordStore, Tx } from '../../platform/persistence/index.ts';
import type { AccountNames } from '../ports.ts';
import { gather } from './candidates.ts';
import { takeTurn } from './guard.repo.ts';
import {
  confirmHold,
  countActiveHolds,
  extendHold,
  findHold,
  HOLDS_ACTIVE_MAX,
  insertHold,
  listActiveHolds,
  releaseHold,
} from './hold.repo.ts';
import { isCovered, isEndPossible, isPeriodPossible, isScopeEmpty, type HoldScope } from './hold.rules.ts';
import type { LegalHoldRow } from './lifecycle.entity.ts';
import type { Candidate } from './sweep.rules.ts';

/** What an officer gives to place a hold. Reason and authority are sealed; they may name people. */
export interface HoldInput extends HoldScope {
  reason: string;
  /** Who asks for it, and under which reference: a court's file number, a regulator's letter. */
  authority: string;
  /** When people look at it again; it holds on until they end it. */
  endsAt: Date;
}

/** What holds need. */
export interface HoldDeps {
  clock: Clock;
  ids: Ids;
  crypto: Crypto;
  stores: readonly RecordStore[];
  accountNames: AccountNames;
}

/** Orders to keep. Holds overlap freely: each counts by itself until it is released. */
export class HoldService {
  readonly #deps: HoldDeps;

  constructor(deps: HoldDeps) {
    this.#deps = deps;
  }

  /**
   * Places a hold; what it covers stays from the commit on, and a second person has to confirm it. Records
   * `hold.place`. Throws `hold.scope_empty`, `hold.period_invalid`, `hold.end_invalid`, `hold.subject_unknown`,
   * `hold.limit`.
   */
  async place(tx: Tx, input: HoldInput): Promise<LegalHoldRow> {
    const { requesterId, accountId, ticketId, recordClass, fromAt, toAt, endsAt } = input;
    const scope = { requesterId, accountId, ticketId, recordClass, fromAt, toAt };
    if (isScopeEmpty(scope)) throw new AppError('hold.scope_empty');
    if (!isPeriodPossible(scope)) throw new AppError('hold.period_invalid');
    this.#assertEnd(endsAt);
    await this.#assertKnown(tx, scope);
    // First the turn: no chunk of a sweep is between its look at the holds and its commit when this one is written.
    await takeTurn(tx);
    if ((await countActiveHolds(tx)) >= HOLDS_ACTIVE_MAX) throw new AppError('hold.limit');
    const id = this.#deps.ids.next();
    const { installation } = this.#deps.crypto;
    const row: LegalHoldRow = {
      id,
      ...scope,
      reasonEnc: installation.seal(holdCell(id, 'reason_enc'), input.reason),
      authorityEnc: installation.seal(holdCell(id, 'authority_enc'), input.authority),
      isActive: true,
      placedBy: tx.context.actor.id,
      placedAt: this.#deps.clock.now(),
      ...{ endsAt, confirmedBy: null, confirmedAt: null, dueToldAt: null },
      ...{ releasedBy: null, approvedBy: null, releasedAt: null, ending: null },
      version: 1,
    };
    await insertHold(tx, row);
    tx.record({
      action: 'hold.place',
      outcome: 'ok',
      target: { type: 'hold', id },
      ...(requesterId === null ? {} : { customer: requesterId }),
      ...(ticketId === null ? {} : { ticket: ticketId }),
      details: { ...scopeDetails(scope), endsAt: endsAt.toISOString() },
    });
    return row;
  }

  /** The hold; throws `request.not_found`. */
  async get(db: Db, id: string): Promise<LegalHoldRow> {
    const row = await findHold(db, id);
    if (row === undefined) throw new AppError('request.not_found');
    return row;
  }

  /** Reason and authority in clear, for officers. */
  async open(row: LegalHoldRow): Promise<{ reason: string; authority: string }> {
    const { crypto } = this.#deps;
    return {
      reason: await crypto.open(holdCell(row.id, 'reason_enc'), row.reasonEnc),
      authority: await crypto.open(holdCell(row.id, 'authority_enc'), row.authorityEnc),
    };
  }

  /** Notes the second person, who is not the one who placed it. Records `hold.confirm`. */
  async confirm(tx: Tx, id: string, confirmedBy: string): Promise<void> {
    const row = await this.assertConfirmable(tx, id);
    if (row.placedBy === confirmedBy) throw new AppError('hold.second_person');
    const by = { confirmedBy, confirmedAt: this.#deps.clock.now() };
    if (!(await confirmHold(tx, row, by))) throw new AppError('request.version_stale');
    this.#record(tx, 'hold.confirm', row, { placedBy: row.placedBy });
  }

  /** The hold, when it waits for a second person; else throws `hold.state_refused`. */
  async assertConfirmable(db: Db, id: string): Promise<LegalHoldRow> {
    const row = await this.get(db, id);
    if (!row.isActive || row.confirmedAt !== null) throw new AppError('hold.state_refused');
    return row;
  }

  /** Ends a hold that a second person does not confirm. Records `hold.refuse`; does nothing when that is settled. */
  async refuse(tx: Tx, id: string, refusedBy: string): Promise<void> {
    const row = await this.get(tx, id);
    if (!row.isActive || row.confirmedAt !== null) return;
    if (row.placedBy === refusedBy) throw new AppError('hold.second_person');
    await this.#end(tx, row, { releasedBy: row.placedBy, approvedBy: refusedBy, ending: 'refused' });
    this.#record(tx, 'hold.refuse', row, { placedBy: row.placedBy });
  }

  /** Throws when it cannot be prolonged so: as `assertReleasable`, and `hold.end_invalid`. */
  async assertExtendable(
    db: Db,
    target: { id: string; version: number; endsAt: Date },
  ): Promise<LegalHoldRow> {
    const row = await this.assertReleasable(db, target);
    this.#assertEnd(target.endsAt);
    if (row.endsAt !== null && target.endsAt <= row.endsAt) throw new AppError('hold.end_invalid');
    return row;
  }

  /** Plans a later end, by two people. Records `hold.extend`. */
  async extend(
    tx: Tx,
    target: { id: string; version: number; endsAt: Date },
    who: { requestedById: string; approvedById: string },
  ): Promise<void> {
    const row = await this.assertExtendable(tx, target);
    if (!(await extendHold(tx, row, target.endsAt))) throw new AppError('request.version_stale');
    const endsAt = target.endsAt.toISOString();
    this.#record(tx, 'hold.extend', row, { requestedBy: who.requestedById, endsAt });
  }

  #assertEnd(endsAt: Date): void {
    if (!isEndPossible(endsAt, this.#deps.clock.now())) throw new AppError('hold.end_invalid');
  }

  #record(
    tx: Tx,
    action: 'hold.confirm' | 'hold.refuse' | 'hold.extend' | 'hold.release',
    { id, requesterId }: LegalHoldRow,
    details: Record<string, string>,
  ): void {
    const customer = requesterId === null ? {} : { customer: requesterId };
    tx.record({ action, outcome: 'ok', target: { type: 'hold', id }, ...customer, details });
  }

  async #end(
    tx: Tx,
    row: LegalHoldRow,
    by: { releasedBy: string; approvedBy: string; ending: 'released' | 'refused' },
  ): Promise<void> {
    await takeTurn(tx);
    const isEnded = await releaseHold(tx, row, { ...by, releasedAt: this.#deps.clock.now() });
    if (!isEnded) throw new AppError('hold.state_refused');
  }

  /** Throws when this hold cannot be released as it was asked for: `hold.state_refused`, `request.version_stale`. */
  async assertReleasable(db: Db, target: { id: string; version: number }): Promise<LegalHoldRow> {
    const row = await this.get(db, target.id);
    if (!row.isActive) throw new AppError('hold.state_refused');
    if (row.version !== target.version) throw new AppError('request.version_stale');
    return row;
  }

  /** Ends a hold, by two people neither of whom who approves is the one who placed it. Records `hold.release`. */
  async release(
    tx: Tx,
    target: { id: string; version: number },
    who: { requestedById: string; approvedById: string },
  ): Promise<void> {
    const row = await this.assertReleasable(tx, target);
    if (row.placedBy === who.approvedById) throw new AppError('hold.second_person');
    const { requestedById: releasedBy, approvedById: approvedBy } = who;
    await this.#end(tx, row, { releasedBy, approvedBy, ending: 'released' });
    this.#record(tx, 'hold.release', row, { requestedBy: releasedBy, placedBy: row.placedBy });
  }

  /**
   * Whether any hold covers anything of this requester; then the person must not be erased. One with more records
   * than can be looked at counts as held when a hold might cover one of them.
   */
  async isHeld(db: Db, requesterId: string): Promise<boolean> {
    const holds = await listActiveHolds(db);
    const narrowed = holds.filter((hold) => hold.requesterId === null || hold.requesterId === requesterId);
    if (narrowed.length === 0) return false;
    if (narrowed.some((hold) => hold.requesterId === requesterId)) return true;
    const store = this.#deps.stores.find(({ recordClass }) => recordClass === 'profile');
    const profile = await store?.find?.(db, requesterId);
    if (store === undefined || profile === undefined) return false;
    const from = { store, records: [profile] };
    const { candidates, isCut } = await gather(db, this.#deps.stores, from, narrowed);
    return isCut || candidates.some((candidate) => isAnyCovered(candidate, narrowed));
  }

  async #assertKnown(db: Db, { requesterId, accountId, ticketId }: HoldScope): Promise<void> {
    const unknown = () => new AppError('hold.subject_unknown');
    if (requesterId !== null && !(await this.#isKnown(db, 'profile', requesterId))) throw unknown();
    if (ticketId !== null && !(await this.#isKnown(db, 'ticket', ticketId))) throw unknown();
    if (accountId !== null && !(await this.#deps.accountNames([accountId])).has(accountId)) throw unknown();
  }

  async #isKnown(db: Db, recordClass: RecordClass, id: string): Promise<boolean> {
    for (const store of this.#deps.stores) {
      if (store.recordClass === recordClass && (await store.find?.(db, id)) !== undefined) return true;
    }
    return false;
  }
}

function isAnyCovered({ subject, keepers }: Candidate, holds: readonly HoldScope[]): boolean {
  return (
    holds.some((hold) => isCovered(hold, subject)) || keepers.some((keeper) => isAnyCovered(keeper, holds))
  );
}

function holdCell(id: string, column: 'reason_enc' | 'authority_enc') {
  return { table: 'legal_hold', column, rowId: id };
}

/** The scope as the trail and approvers see it: ids and codes. */
export function scopeDetails(scope: HoldScope): Record<string, string> {
  const parts = {
    requester: scope.requesterId,
    account: scope.accountId,
    ticket: scope.ticketId,
    recordClass: scope.recordClass,
    from: scope.fromAt?.toISOString(),
    to: scope.toAt?.toISOString(),
  };
  return Object.fromEntries(
    Object.entries(parts).filter((part): part is [string, string] => typeof part[1] === 'string'),
  );
}
