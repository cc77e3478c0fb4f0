/** Limits of case files. */
export const CASE_LIMITS = {
  keptDaysMax: 30,
  keptDaysDefault: 7,
  /** Undecided and unfinished ones of the whole installation. */
  openMax: 50,
  conversationsMax: 500,
  messagesMax: 20_000,
  /** Entries of the trail, each with its proof. */
  entriesMax: 5_000,
  textCharactersMax: 500,
  lookUpCharactersMax: 64,
} as const;

/**
 * `asked` → `first`: one person has agreed → `making`: two have → `ready` to be fetched; and the ends `expired`,
 * `refused` by somebody or by time, `failed`.
 */
export const CASE_STATES = ['asked', 'first', 'making', 'ready', 'expired', 'refused', 'failed'] as const;
/** One of the states. */
export type CaseState = (typeof CASE_STATES)[number];

const NEXT: Record<CaseState, readonly CaseState[]> = {
  asked: ['first', 'refused'],
  first: ['making', 'refused'],
  making: ['ready', 'failed'],
  ready: ['expired'],
  expired: [],
  refused: [],
  failed: [],
};

/** Whether a case file may go from one state to another. */
export function mayMoveCase(from: string, to: CaseState): boolean {
  return (NEXT[from as CaseState] ?? []).includes(to);
}

/** Whether somebody is none of those who had a part in it already. */
export function isThirdPerson(accountId: string, row: { askedBy: string; firstBy: string | null }): boolean {
  return accountId !== row.askedBy && accountId !== row.firstBy;
}
