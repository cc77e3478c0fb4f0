import type { TimeZone } from '../../kernel/index.ts';

/** Limits of reviews of access. */
export const ACCESS_REVIEW_LIMITS = {
  /** Days people have to attest. */
  openDays: 30,
  accountsPerPage: 100,
  reviewsShown: 40,
  remarkCharactersMax: 500,
} as const;

/** What somebody says of an account, and what becomes of one that nobody looked at. */
export const ITEM_STATES = ['open', 'kept', 'revoke', 'expired'] as const;
/** One of them. */
export type ItemState = (typeof ITEM_STATES)[number];

/** A quarter of the installation's calendar, half-open. */
export interface Quarter {
  period: string;
  from: Date;
  to: Date;
}

/** The quarter of an instant, or one `back` quarters before it. */
export function quarterOf(at: Date, zone: TimeZone, back = 0): Quarter {
  const { year, month } = zone.wallAt(at.getTime());
  const begin = Math.floor((month - 1) / 3) - back;
  const start = (quarter: number) => {
    const first = new Date(Date.UTC(year, quarter * 3, 1));
    return { year: first.getUTCFullYear(), month: first.getUTCMonth() + 1 };
  };
  const [from, to] = [start(begin), start(begin + 1)];
  const instant = (first: { year: number; month: number }) =>
    new Date(zone.instantOf({ ...first, day: 1, hour: 0, minute: 0 }));
  return {
    period: `${from.year}-Q${Math.floor((from.month - 1) / 3) + 1}`,
    ...{ from: instant(from), to: instant(to) },
  };
}
