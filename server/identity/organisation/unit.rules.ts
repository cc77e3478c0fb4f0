import { AppError } from '../../kernel/index.ts';

/** What a unit is. There is one head office; everything else lies under it. */
export const UNIT_KINDS = ['head-office', 'branch', 'outlet', 'department'] as const;
/** One of them. */
export type UnitKind = (typeof UNIT_KINDS)[number];

/** `closing`: its work is still being handed to the successor. */
export type UnitState = 'active' | 'closing' | 'closed';

/** Limits of the organisation. */
export const ORGANISATION_LIMITS = {
  /** Steps below the head office. */
  depthMax: 9,
  /** Units, closed ones included. */
  unitsMax: 20_000,
  nameCharacters: 100,
  nameKeyCharacters: 200,
  /** Records of one table that one step of a hand-over moves. */
  handOverRows: 500,
  /** Records of one kind are counted up to here before a unit is closed. */
  countedMax: 10_000,
  /** Units one import may bring. */
  importRows: 5_000,
} as const;

/** Under what each kind may lie. */
const PARENT_KINDS: Record<UnitKind, readonly UnitKind[]> = {
  'head-office': [],
  branch: ['head-office', 'branch'],
  outlet: ['head-office', 'branch'],
  department: ['head-office', 'branch', 'outlet', 'department'],
};

/** Throws `unit.kind_refused` when a kind may not lie under another. */
export function assertKind(kind: UnitKind, parentKind: UnitKind): void {
  if (PARENT_KINDS[kind].includes(parentKind)) return;
  throw new AppError('unit.kind_refused', { details: { kind, parentKind } });
}

/** Throws `unit.too_deep` when the lowest unit of a part of the tree would lie too far below the head office. */
export function assertDepth(depth: number): void {
  const { depthMax } = ORGANISATION_LIMITS;
  if (depth > depthMax) throw new AppError('unit.too_deep', { details: { depthMax } });
}

/** A name as it is compared among siblings. Throws `request.invalid` for one that grows too long. */
export function nameKeyOf(name: string): string {
  const key = name.normalize('NFKC').trim().toLowerCase();
  if (key !== '' && [...key].length <= ORGANISATION_LIMITS.nameKeyCharacters) return key;
  throw new AppError('request.invalid', { details: { in: 'body', at: '/name', problem: 'maxLength' } });
}

/** Codes are compared and shown in upper case. */
export function normaliseCode(code: string): string {
  return code.trim().toUpperCase();
}
