import type { ApprovalKind, Approvals } from '../../identity/index.ts';
import { AppError } from '../../kernel/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { linesOf, placeAsked } from './hold.approvals.ts';
import { findHold, listActiveHolds } from './hold.repo.ts';
import { dueOf, isPeriodPossible, isScopeEmpty, type HoldDue, type HoldScope } from './hold.rules.ts';
import { scopeDetails, type HoldService } from './hold.service.ts';
import { APPROVAL_KINDS } from './lifecycle.approvals.ts';

/** What the command line may ask for in the name of an operating-system account, which decides nothing. */
export const HOLD_PROPOSALS = { place: 'hold.propose', release: 'hold.propose-release' } as const;

/** A hold that is asked for: what it covers, and who wants it under which reference. Neither text names a person. */
export interface HoldWish {
  scope: Pick<HoldScope, 'requesterId' | 'accountId' | 'ticketId' | 'fromAt' | 'toAt'>;
  authority: string;
  reason: string;
  /** When people look at it again. */
  endsAt: Date;
}

type PlaceParams = {
  requesterId: string | null;
  accountId: string | null;
  ticketId: string | null;
  fromAt: string | null;
  toAt: string | null;
  authority: string;
  reason: string;
  endsAt: string;
};
type ReleaseParams = { id: string; version: number; reason: string };

/** Asks for holds, and for the end of one. An officer takes the question over in the console. */
export interface HoldRequests {
  place(tx: Tx, wish: HoldWish): Promise<{ id: string }>;
  release(tx: Tx, holdId: string, reason: string): Promise<{ id: string }>;
}

interface Deps {
  approvals: Approvals;
  holds?: HoldService;
}

/** Registers both kinds and gives what asks for them. Without `holds`, as on the command line, nothing is carried out. */
export function registerHoldProposals(deps: Deps): HoldRequests {
  const { approvals } = deps;
  approvals.register(placeKind(deps));
  approvals.register(releaseKind(deps));
  return {
    place(tx, { scope, authority, reason, endsAt }) {
      const { requesterId, accountId, ticketId, fromAt, toAt } = scope;
      const params: PlaceParams = {
        ...{ requesterId, accountId, ticketId, authority, reason, endsAt: endsAt.toISOString() },
        ...{ fromAt: fromAt?.toISOString() ?? null, toAt: toAt?.toISOString() ?? null },
      };
      return approvals.ask(tx, HOLD_PROPOSALS.place, params, reason);
    },
    async release(tx, holdId, reason) {
      const { version } = await activeHold(tx, holdId);
      const params: ReleaseParams = { id: holdId, version, reason };
      return approvals.ask(tx, HOLD_PROPOSALS.release, params, { reason, key: holdId });
    },
  };
}

function placeKind({ approvals, holds }: Deps): ApprovalKind<PlaceParams> {
  return {
    kind: HOLD_PROPOSALS.place,
    title: { zh: '接手命令行提出的法律保全', en: 'Take over a hold that the command line asked for' },
    permission: 'record:manage',
    async describe(_db, params) {
      const scope = scopeOf(params);
      if (isScopeEmpty(scope)) throw new AppError('hold.scope_empty');
      if (!isPeriodPossible(scope)) throw new AppError('hold.period_invalid');
      return [
        ...linesOf(scope),
        { label: 'hold.ends_at', to: params.endsAt },
        { label: 'hold.authority', to: params.authority },
      ];
    },
    // The unit is the approver's, so the hold is the officer's own, and somebody else confirms it.
    async apply(tx, params) {
      const { authority, reason } = params;
      const endsAt = new Date(params.endsAt);
      await placeAsked(
        tx,
        { approvals, holds: carriedOut(holds) },
        { ...scopeOf(params), authority, reason, endsAt },
      );
    },
  };
}

function releaseKind(deps: Deps): ApprovalKind<ReleaseParams> {
  return {
    kind: HOLD_PROPOSALS.release,
    title: {
      zh: '接手命令行提出的解除保全',
      en: 'Take over the end of a hold that the command line asked for',
    },
    permission: 'record:manage',
    async describe(db, { id, version }) {
      const hold = await activeHold(db, id);
      if (hold.version !== version) throw new AppError('request.version_stale');
      return [{ label: 'hold.placed_at', from: hold.placedAt.toISOString() }, ...linesOf(hold)];
    },
    // What follows is the officer's own question: somebody else answers it.
    async apply(tx, { id, version, reason }) {
      await carriedOut(deps.holds).assertReleasable(tx, { id, version });
      await deps.approvals.ask(tx, APPROVAL_KINDS.release, { id, version }, { reason, key: id });
    },
  };
}

/** A hold in force as the command line shows it: what it covers, since when, and what it waits for; never why. */
export interface HoldInForce {
  id: string;
  placedAt: string;
  endsAt: string | null;
  isConfirmed: boolean;
  due: HoldDue | null;
  scope: Record<string, string>;
}

/** Holds in force. */
export async function holdsInForce(db: Db, now: Date): Promise<HoldInForce[]> {
  return (await listActiveHolds(db)).map((hold) => ({
    ...{ id: hold.id, placedAt: hold.placedAt.toISOString(), endsAt: hold.endsAt?.toISOString() ?? null },
    ...{ isConfirmed: hold.confirmedAt !== null, due: dueOf(hold, now) ?? null, scope: scopeDetails(hold) },
  }));
}

async function activeHold(db: Db, id: string) {
  const hold = await findHold(db, id);
  if (hold === undefined) throw new AppError('request.not_found');
  if (!hold.isActive) throw new AppError('hold.state_refused');
  return hold;
}

function scopeOf(params: PlaceParams): HoldScope {
  const { requesterId, accountId, ticketId, fromAt, toAt } = params;
  const instant = (text: string | null) => (text === null ? null : new Date(text));
  return {
    ...{ requesterId, accountId, ticketId, recordClass: null },
    ...{ fromAt: instant(fromAt), toAt: instant(toAt) },
  };
}

function carriedOut(holds: HoldService | undefined): HoldService {
  if (holds === undefined) throw new Error('The command line places and ends no hold.');
  return holds;
}
