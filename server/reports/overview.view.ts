import type { DataScope } from '../kernel/index.ts';
import type { Db } from '../platform/persistence/index.ts';
import { medianOf, totalOf, type Figures } from './figures.ts';
import { readFigures } from './figures.view.ts';
import { meanOf, ratioOf, type ReportWindow } from './overview.rules.ts';
import { countFigures } from './rows.view.ts';

/** Figures of a period. What cannot be said, because nothing was counted, is null. */
export interface Overview {
  /** Conversations opened. */
  conversations: number;
  /** Share of the closed ones among them that the robot ended alone: never queued, never with an agent. */
  containmentRatio: number | null;
  /** Answers and questions back that the robot gave. */
  answered: number;
  clarified: number;
  /** Conversations among those opened that went to people. */
  handedOff: number;
  ticketsOpened: number;
  ticketsSolved: number;
  /** Mean score of evaluations made in the period, 0 to 100. */
  avgScore: number | null;
  /** Mean rating of the conversations opened, 1 to 5. */
  csatAverage: number | null;
  /**
   * Half of the conversations that went to people had their first answer within this, counted from the queue. Each wait
   * is one of whole seconds.
   */
  firstResponseSecondsMedian: number | null;
  perDay: { on: string; conversations: number; handedOff: number; ticketsOpened: number }[];
}

/** The reader's zone, and what the reader may see. */
interface Reader {
  offsetMinutes: number;
  scope: DataScope;
}

/** Figures of a period within a scope, as they are now. */
export async function readOverview(
  db: Db,
  window: ReportWindow,
  { offsetMinutes, scope }: Reader,
): Promise<Overview> {
  const { from: fromAt, to: toAt } = window;
  return toOverview(window, await readFigures(db, { fromAt, toAt, offsetMinutes }, scope));
}

/** The same row by row: what `readOverview` must agree with. */
export async function countOverview(
  db: Db,
  window: ReportWindow,
  { offsetMinutes, scope }: Reader,
): Promise<Overview> {
  const { from: fromAt, to: toAt } = window;
  return toOverview(window, await countFigures(db, { fromAt, toAt, offsetMinutes }, scope));
}

function toOverview(window: ReportWindow, figures: Figures): Overview {
  const total = (figure: string) => totalOf(figures, figure);
  const onDay = (figure: string, on: string) => figures.perDay.get(figure)?.get(on) ?? 0;
  return {
    conversations: total('conversation.opened'),
    containmentRatio: ratioOf(total('conversation.contained'), total('conversation.closed')),
    answered: total('robot.answer'),
    clarified: total('robot.clarify'),
    handedOff: total('conversation.handed'),
    ticketsOpened: total('ticket.opened'),
    ticketsSolved: total('ticket.solved'),
    avgScore: meanOf(total('score.sum'), total('score.count')),
    csatAverage: meanOf(total('rating.sum'), total('rating.count')),
    firstResponseSecondsMedian: medianOf(figures.waits),
    perDay: window.days.map((on) => ({
      on,
      conversations: onDay('conversation.opened', on),
      handedOff: onDay('conversation.handed', on),
      ticketsOpened: onDay('ticket.opened', on),
    })),
  };
}
