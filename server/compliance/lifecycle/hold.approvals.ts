import type { ApprovalKind, ApprovalLine, Approvals } from '../../identity/index.ts';
import type { Tx } from '../../platform/persistence/index.ts';
import type { HoldScope } from './hold.rules.ts';
import { scopeDetails, type HoldInput, type HoldService } from './hold.service.ts';
import type { LegalHoldRow } from './lifecycle.entity.ts';

/** Acts on holds that take two people. */
export const HOLD_APPROVALS = {
  confirm: 'hold.confirm',
  extend: 'hold.extend',
  release: 'hold.release',
} as const;

type ConfirmParams = { id: string; openUntil: string };
type ExtendParams = { id: string; version: number; endsAt: string };
type ReleaseParams = { id: string; version: number };

/** What approvals say as the reason; the hold's own words are sealed, and open to officers. */
const REASON_IN_HOLD = '见保全详情 · see the hold itself';

/** What deciding about holds needs. */
export interface HoldDeciders {
  approvals: Approvals;
  holds: HoldService;
}

/** Registers them. */
export function registerHoldApprovals(deciders: HoldDeciders): void {
  const { approvals, holds } = deciders;
  approvals.register(confirmKind(holds));
  approvals.register(extendKind(holds));
  approvals.register(releaseKind(deciders));
}

/** Places a hold, in force at once, and asks for the second person. Throws what either throws. */
export async function placeAsked(tx: Tx, deciders: HoldDeciders, input: HoldInput): Promise<LegalHoldRow> {
  const row = await deciders.holds.place(tx, input);
  await askConfirmation(tx, deciders, row);
  return row;
}

/** Asks for the second person of a hold, once at a time, open until its planned end. */
export function askConfirmation(
  tx: Tx,
  { approvals }: Pick<HoldDeciders, 'approvals'>,
  { id, endsAt, placedAt }: LegalHoldRow,
): Promise<{ id: string }> {
  const params: ConfirmParams = { id, openUntil: (endsAt ?? placedAt).toISOString() };
  return approvals.ask(tx, HOLD_APPROVALS.confirm, params, { reason: REASON_IN_HOLD, key: id });
}

function confirmKind(holds: HoldService): ApprovalKind<ConfirmParams> {
  return {
    kind: HOLD_APPROVALS.confirm,
    title: { zh: '确认法律保全', en: 'Confirm a legal hold' },
    permission: 'record:approve',
    async describe(db, { id }) {
      const row = await holds.assertConfirmable(db, id);
      const until = row.endsAt === null ? [] : [{ label: 'hold.ends_at', to: row.endsAt.toISOString() }];
      return [{ label: 'hold.id', to: id }, ...linesOf(row), ...until];
    },
    apply: (tx, { id }, { approvedById }) => holds.confirm(tx, id, approvedById),
    // Only another person ends a hold, confirmed or not: one that was taken back or forgotten holds on and is told.
    drop: async (tx, { id }, why) => {
      if (why === 'rejected') await holds.refuse(tx, id, tx.context.actor.id);
    },
    openUntil: ({ openUntil }) => new Date(openUntil),
  };
}

function extendKind(holds: HoldService): ApprovalKind<ExtendParams> {
  const targetOf = ({ id, version, endsAt }: ExtendParams) => ({ id, version, endsAt: new Date(endsAt) });
  return {
    kind: HOLD_APPROVALS.extend,
    title: { zh: '延长法律保全', en: 'Prolong a legal hold' },
    permission: 'record:approve',
    async describe(db, params) {
      const { endsAt } = await holds.assertExtendable(db, targetOf(params));
      const from = endsAt === null ? {} : { from: endsAt.toISOString() };
      return [
        { label: 'hold.id', to: params.id },
        { label: 'hold.ends_at', ...from, to: params.endsAt },
      ];
    },
    apply: (tx, params, who) => holds.extend(tx, targetOf(params), who),
  };
}

function releaseKind({ approvals, holds }: HoldDeciders): ApprovalKind<ReleaseParams> {
  return {
    kind: HOLD_APPROVALS.release,
    title: { zh: '解除法律保全', en: 'Release a legal hold' },
    permission: 'record:approve',
    async describe(db, params) {
      const row = await holds.assertReleasable(db, params);
      const lines = linesOf(row).map(({ label, to }) => ({ label, from: to }));
      return [{ label: 'hold.placed_at', from: row.placedAt.toISOString() }, ...lines] as ApprovalLine[];
    },
    async apply(tx, params, who) {
      await holds.release(tx, params, who);
      await approvals.withdraw(tx, HOLD_APPROVALS.confirm, params.id);
    },
  };
}

/** The scope of a hold as approvers see it; the labels are texts of the console. */
export function linesOf(scope: HoldScope): ApprovalLine[] {
  return Object.entries(scopeDetails(scope)).map(([name, to]) => ({ label: LABELS[name] ?? name, to }));
}

const LABELS: Record<string, string> = {
  requester: 'hold.requester',
  account: 'hold.account',
  ticket: 'hold.ticket',
  recordClass: 'hold.class',
  from: 'hold.from',
  to: 'hold.to',
};
