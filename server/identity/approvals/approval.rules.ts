import { AppError, type ErrorCode } from '../../kernel/index.ts';
import { findMaskedSpans } from '../../platform/crypto/index.ts';
import type { ApprovalLine } from './approval.entity.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Limits of acts that wait for a second person. */
export const APPROVAL_RULES = {
  /** After this nobody may approve any more; whoever still wants it asks anew. */
  openMs: 7 * DAY_MS,
  reasonCharactersMin: 2,
  reasonCharactersMax: 500,
  /** More undecided ones of one account are no work but a fault. */
  openPerAccountMax: 100,
  linesMax: 100,
  lineCharactersMax: 500,
  paramsBytesMax: 256 * 1024,
  /** Expired ones closed in one unit of work. */
  expiredAtOnce: 200,
} as const;

/** Where an act that needs a second person stands. */
export type ApprovalState = 'asked' | 'approved' | 'rejected' | 'withdrawn' | 'expired';

/** The parts of an approval the rules look at. */
export interface ApprovalFacts {
  state: string;
  requestedById: string;
  expiresAt: Date;
}

/** The state as it counts: what was asked for and not decided in seven days has expired, marked or not. */
export function stateAt({ state, expiresAt }: ApprovalFacts, now: Date): ApprovalState {
  return state === 'asked' && expiresAt <= now ? 'expired' : (state as ApprovalState);
}

/** Who wants to decide: `mayDecide` is the permission the kind asks for. */
export interface Decider {
  id: string;
  mayDecide: boolean;
}

/** Why somebody may not approve or reject this, if so. The one who asked never may, whatever rights that one has. */
export function decideRefusal(facts: ApprovalFacts, decider: Decider, now: Date): ErrorCode | undefined {
  if (facts.requestedById === decider.id) return 'approval.second_person';
  if (!decider.mayDecide) return 'access.refused';
  return openRefusal(facts, now);
}

/** Why somebody may not take it back, if so: only the one who asked may, while it is open. */
export function withdrawRefusal(facts: ApprovalFacts, accountId: string, now: Date): ErrorCode | undefined {
  return facts.requestedById === accountId ? openRefusal(facts, now) : 'access.refused';
}

function openRefusal(facts: ApprovalFacts, now: Date): ErrorCode | undefined {
  const state = stateAt(facts, now);
  if (state === 'expired') return 'approval.expired';
  return state === 'asked' ? undefined : 'approval.state_refused';
}

/** A reason or note as it is kept. Throws `approval.reason_invalid`: too short, too long, or with personal data. */
export function assertReason(text: string): string {
  const trimmed = text.trim();
  const { length } = [...trimmed];
  const isFit = length >= APPROVAL_RULES.reasonCharactersMin && length <= APPROVAL_RULES.reasonCharactersMax;
  if (!isFit || findMaskedSpans(trimmed).length > 0) throw new AppError('approval.reason_invalid');
  return trimmed;
}

/** Lines as they are kept and shown: bounded, so that no kind can flood the page. */
export function boundedLines(lines: readonly ApprovalLine[]): ApprovalLine[] {
  const cut = (text: string) =>
    text.length <= APPROVAL_RULES.lineCharactersMax
      ? text
      : `${text.slice(0, APPROVAL_RULES.lineCharactersMax - 1)}…`;
  return lines.slice(0, APPROVAL_RULES.linesMax).map(({ label, from, to }) => ({
    label: cut(label),
    ...(from === undefined ? {} : { from: cut(from) }),
    ...(to === undefined ? {} : { to: cut(to) }),
  }));
}
