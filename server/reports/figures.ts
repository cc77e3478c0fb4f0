import { dayOf } from '../platform/persistence/index.ts';

/** What a report counts: by day of the reader, over the whole period, and how long customers waited. */
export interface Figures {
  /** Figure, then day: `2026-01-05`. */
  perDay: Map<string, Map<string, number>>;
  totals: Map<string, number>;
  /** How many first answers came after so many whole seconds. */
  waits: Map<number, number>;
}

/** Figures that a report shows by day; their totals are the sums of the days. */
export const DAILY = ['conversation.opened', 'conversation.handed', 'ticket.opened'] as const;
/** Figures of which only the sum of a period is shown. */
export const TOTALS = [
  ...['conversation.closed', 'conversation.contained', 'rating.count', 'rating.sum', 'robot.answer'],
  ...['robot.clarify', 'score.count', 'score.sum', 'ticket.solved'],
] as const;
/** The distribution of first answers, in whole seconds from the queue. */
export const WAIT = 'conversation.wait';

/** Half-open, and the whole days of UTC in it: from `dayFromAt` to before `dayToAt`. */
export interface Window {
  fromAt: Date;
  toAt: Date;
  offsetMinutes: number;
}
export interface WindowDays extends Window {
  dayFromAt: Date;
  dayToAt: Date;
}

const DAY_MS = 86_400_000;

/** The window with its whole days. It is a day long at least, so the days begin within it. */
export function withDays(window: Window): WindowDays {
  const ceiling = dayOf(new Date(window.fromAt.getTime() + DAY_MS - 1));
  return { ...window, dayFromAt: ceiling, dayToAt: dayOf(window.toAt) };
}

/** Figures of nothing, to add to. */
export function noFigures(): Figures {
  return { perDay: new Map(), totals: new Map(), waits: new Map() };
}

/** Adds to a figure of a day. */
export function addDaily({ perDay }: Figures, figure: string, onDay: string, amount: number): void {
  const days = perDay.get(figure) ?? new Map<string, number>();
  perDay.set(figure, days);
  addTo(days, onDay, amount);
}

/** Adds to an amount, from 0. */
export function addTo<K>(amounts: Map<K, number>, key: K, amount: number): void {
  amounts.set(key, (amounts.get(key) ?? 0) + amount);
}

/** The sum of a figure over the period. */
export function totalOf({ perDay, totals }: Figures, figure: string): number {
  const days = perDay.get(figure);
  return days ? [...days.values()].reduce((sum, amount) => sum + amount, 0) : (totals.get(figure) ?? 0);
}

/** The median in whole seconds, between the two middle ones of an even number; null of none. */
export function medianOf(waits: ReadonlyMap<number, number>): number | null {
  const sorted = [...waits].filter(([, amount]) => amount !== 0).sort(([a], [b]) => a - b);
  const count = sorted.reduce((sum, [, amount]) => sum + amount, 0);
  if (count === 0) return null;
  let seen = 0;
  let low: number | undefined;
  for (const [seconds, amount] of sorted) {
    seen += amount;
    if (low === undefined && seen * 2 >= count) low = seconds;
    if (seen * 2 > count) {
      const middle = ((low ?? seconds) + seconds) / 2;
      return Math.sign(middle) * Math.round(Math.abs(middle)) + 0;
    }
  }
  return null;
}
