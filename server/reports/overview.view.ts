import type { DataScope } from '../kernel/index.ts';
import {
  portable,
  SCOPE_PARAMS,
  scopeParams,
  withinScope,
  type Db,
  type ScopeParams,
} from '../platform/persistence/index.ts';
import { meanOf, ratioOf, type ReportWindow } from './overview.rules.ts';

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
  /** Half of the conversations that went to people had their first answer within this, counted from the queue. */
  firstResponseSecondsMedian: number | null;
  perDay: { on: string; conversations: number; handedOff: number; ticketsOpened: number }[];
}

interface Window extends ScopeParams {
  fromAt: Date;
  toAt: Date;
}
interface ZonedWindow extends Window {
  offsetMinutes: number;
}
const WINDOW = { fromAt: 'instant', toAt: 'instant', ...SCOPE_PARAMS } as const;
const ZONED = { ...WINDOW, offsetMinutes: 'int' } as const;

const CONVERSATIONS = portable<
  Window,
  {
    openedCount: number;
    closedCount: number | null;
    containedCount: number | null;
    handedCount: number | null;
  }
>(
  'report.conversations',
  `SELECT COUNT(*) AS opened_count,
      SUM(CASE WHEN state = 'closed' THEN 1 ELSE 0 END) AS closed_count,
      SUM(CASE WHEN state = 'closed' AND queued_at IS NULL AND assigned_at IS NULL THEN 1 ELSE 0 END)
        AS contained_count,
      SUM(CASE WHEN queued_at IS NOT NULL OR assigned_at IS NOT NULL THEN 1 ELSE 0 END) AS handed_count
    FROM conversation c WHERE opened_at >= :fromAt AND opened_at < :toAt AND ${withinScope('c', 'assignee_id')}`,
  {
    params: WINDOW,
    result: { openedCount: 'int', closedCount: 'int', containedCount: 'int', handedCount: 'int' },
  },
);

/** A difference of instants is an interval on both, but only one of them knows its length in seconds. */
const FIRST_RESPONSE = portable<Window, { medianSeconds: number | null }>(
  'report.first_response',
  {
    postgres: `SELECT ROUND(CAST(PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
        EXTRACT(EPOCH FROM (first_response_at - COALESCE(queued_at, opened_at)))) AS numeric)) AS median_seconds
      FROM conversation c WHERE opened_at >= :fromAt AND opened_at < :toAt AND first_response_at IS NOT NULL
        AND ${withinScope('c', 'assignee_id')}`,
    oracle: `SELECT ROUND(PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY
        EXTRACT(DAY FROM waited) * 86400 + EXTRACT(HOUR FROM waited) * 3600 + EXTRACT(MINUTE FROM waited) * 60 +
        EXTRACT(SECOND FROM waited))) AS median_seconds
      FROM (SELECT first_response_at - COALESCE(queued_at, opened_at) AS waited FROM conversation c
        WHERE opened_at >= :fromAt AND opened_at < :toAt AND first_response_at IS NOT NULL
          AND ${withinScope('c', 'assignee_id')})`,
  },
  { params: WINDOW, result: { medianSeconds: 'int' } },
);

const ROBOT_TURNS = portable<Window, { outcome: string; turnCount: number }>(
  'report.robot_turns',
  `SELECT turn.outcome, COUNT(*) AS turn_count FROM robot_turn turn
    JOIN conversation c ON c.id = turn.conversation_id
    WHERE turn.at >= :fromAt AND turn.at < :toAt AND ${withinScope('c', 'assignee_id')} GROUP BY turn.outcome`,
  { params: WINDOW, result: { outcome: 'text', turnCount: 'int' } },
);

const TICKETS_OPENED = portable<Window, { ticketCount: number }>(
  'report.tickets_opened',
  `SELECT COUNT(*) AS ticket_count FROM ticket t
    WHERE opened_at >= :fromAt AND opened_at < :toAt AND ${withinScope('t', 'assignee_id')}`,
  { params: WINDOW, result: { ticketCount: 'int' } },
);
/** Only the time of opening has an index, so the search is bounded by it: no ticket lies open for years. */
const TICKETS_SOLVED = portable<Window & { openedFrom: Date }, { ticketCount: number }>(
  'report.tickets_solved',
  `SELECT COUNT(*) AS ticket_count FROM ticket t
    WHERE opened_at >= :openedFrom AND opened_at < :toAt AND solved_at >= :fromAt AND solved_at < :toAt
      AND ${withinScope('t', 'assignee_id')}`,
  { params: { ...WINDOW, openedFrom: 'instant' }, result: { ticketCount: 'int' } },
);

const SCORES = portable<Window, { scoreSum: number | null; scoreCount: number }>(
  'report.scores',
  `SELECT SUM(score) AS score_sum, COUNT(score) AS score_count FROM evaluation e
    WHERE evaluated_at >= :fromAt AND evaluated_at < :toAt AND ${withinScope('e', 'agent_id')}`,
  { params: WINDOW, result: { scoreSum: 'int', scoreCount: 'int' } },
);
const RATINGS = portable<Window, { ratingSum: number | null; ratingCount: number }>(
  'report.ratings',
  `SELECT SUM(rating.score) AS rating_sum, COUNT(rating.score) AS rating_count
    FROM conversation c JOIN conversation_rating rating ON rating.conversation_id = c.id
    WHERE c.opened_at >= :fromAt AND c.opened_at < :toAt AND ${withinScope('c', 'assignee_id')}`,
  { params: WINDOW, result: { ratingSum: 'int', ratingCount: 'int' } },
);

/** The day is named in an inner query: grouping by an expression with a parameter fails on Oracle (ORA-00979). */
const CONVERSATIONS_PER_DAY = portable<
  ZonedWindow,
  { onDay: string; openedCount: number; handedCount: number }
>(
  'report.conversations_per_day',
  `SELECT on_day, COUNT(*) AS opened_count, SUM(is_handed) AS handed_count FROM (
      SELECT TO_CHAR(opened_at + :offsetMinutes * INTERVAL '1' MINUTE, 'YYYY-MM-DD') AS on_day,
        CASE WHEN queued_at IS NOT NULL OR assigned_at IS NOT NULL THEN 1 ELSE 0 END AS is_handed
      FROM conversation c
      WHERE opened_at >= :fromAt AND opened_at < :toAt AND ${withinScope('c', 'assignee_id')}) opened
    GROUP BY on_day`,
  { params: ZONED, result: { onDay: 'text', openedCount: 'int', handedCount: 'int' } },
);
const TICKETS_PER_DAY = portable<ZonedWindow, { onDay: string; ticketCount: number }>(
  'report.tickets_per_day',
  `SELECT on_day, COUNT(*) AS ticket_count FROM (
      SELECT TO_CHAR(opened_at + :offsetMinutes * INTERVAL '1' MINUTE, 'YYYY-MM-DD') AS on_day
      FROM ticket t
      WHERE opened_at >= :fromAt AND opened_at < :toAt AND ${withinScope('t', 'assignee_id')}) opened
    GROUP BY on_day`,
  { params: ZONED, result: { onDay: 'text', ticketCount: 'int' } },
);

const TICKET_OPEN_MS_MAX = 366 * 86_400_000;

/** Counts a period within a scope from the tables as they are now: O(rows of the period), each statement by an index range. */
export async function readOverview(
  db: Db,
  window: ReportWindow,
  { offsetMinutes, scope }: { offsetMinutes: number; scope: DataScope },
): Promise<Overview> {
  const { from: fromAt, to: toAt } = window;
  const range = { fromAt, toAt, ...scopeParams(scope) };
  const openedFrom = new Date(fromAt.getTime() - TICKET_OPEN_MS_MAX);
  const conversations = await db.one(CONVERSATIONS, range);
  const turns = await db.all(ROBOT_TURNS, range);
  const turnsOf = (outcome: string) => turns.find((turn) => turn.outcome === outcome)?.turnCount ?? 0;
  const scores = await db.one(SCORES, range);
  const ratings = await db.one(RATINGS, range);
  return {
    conversations: conversations?.openedCount ?? 0,
    containmentRatio: ratioOf(conversations?.containedCount ?? 0, conversations?.closedCount ?? 0),
    answered: turnsOf('answer'),
    clarified: turnsOf('clarify'),
    handedOff: conversations?.handedCount ?? 0,
    ticketsOpened: (await db.one(TICKETS_OPENED, range))?.ticketCount ?? 0,
    ticketsSolved: (await db.one(TICKETS_SOLVED, { ...range, openedFrom }))?.ticketCount ?? 0,
    avgScore: meanOf(scores?.scoreSum ?? null, scores?.scoreCount ?? 0),
    csatAverage: meanOf(ratings?.ratingSum ?? null, ratings?.ratingCount ?? 0),
    firstResponseSecondsMedian: (await db.one(FIRST_RESPONSE, range))?.medianSeconds ?? null,
    perDay: await readPerDay(db, window, { ...range, offsetMinutes }),
  };
}

async function readPerDay(db: Db, window: ReportWindow, range: ZonedWindow): Promise<Overview['perDay']> {
  const conversations = new Map((await db.all(CONVERSATIONS_PER_DAY, range)).map((row) => [row.onDay, row]));
  const tickets = new Map((await db.all(TICKETS_PER_DAY, range)).map((row) => [row.onDay, row.ticketCount]));
  return window.days.map((on) => ({
    on,
    conversations: conversations.get(on)?.openedCount ?? 0,
    handedOff: conversations.get(on)?.handedCount ?? 0,
    ticketsOpened: tickets.get(on) ?? 0,
  }));
}
