import type { DataScope } from '../kernel/index.ts';
import {
  portable,
  SCOPE_PARAMS,
  scopeParams,
  withinScope,
  type Db,
  type ScopeParams,
} from '../platform/persistence/index.ts';
import { addDaily, addTo, noFigures, type Figures, type Window } from './figures.ts';

/** Figures counted row by row: what the counters must agree with, and what they cannot say. */

type UnitScope = Pick<ScopeParams, 'scopeUnitId' | 'scopeDepth'>;
type Params = Window & (ScopeParams | UnitScope);

const WINDOW = { fromAt: 'instant', toAt: 'instant' } as const;
const ZONED = { ...WINDOW, offsetMinutes: 'int' } as const;
const UNIT_SCOPE = { scopeUnitId: 'uuid', scopeDepth: 'int' } as const;

const inScope = (column: string) => `(CASE WHEN EXISTS (SELECT 1 FROM unit_closure s
  WHERE s.ancestor_id = :scopeUnitId AND s.unit_id = ${column} AND s.depth <= :scopeDepth) THEN 1 ELSE 0 END)`;

/** Which conversations are counted, and how often each. */
interface Source {
  prefix: string;
  weight: string;
  condition: string;
  params: Record<string, 'uuid' | 'int'>;
}
const ALL_ROWS: Source = {
  ...{ prefix: 'report.', weight: '1', condition: withinScope('c', 'assignee_id'), params: SCOPE_PARAMS },
};
/** Counters stand in the unit where a conversation was opened: one that went elsewhere since is added or taken away. */
const MOVED: Source = {
  prefix: 'report.moved_',
  weight: `${inScope('c.unit_id')} - ${inScope('c.first_unit_id')}`,
  condition: 'c.unit_id <> c.first_unit_id',
  params: UNIT_SCOPE,
};

const OPENED = 'c.opened_at >= :fromAt AND c.opened_at < :toAt';
const LOCAL_AT = `c.opened_at + :offsetMinutes * INTERVAL '1' MINUTE`;
const DAY_SUMS = `SUM(weight) AS opened_count, SUM(weight * is_handed) AS handed_count,
  SUM(weight * is_closed) AS closed_count,
  SUM(CASE WHEN is_handed = 0 THEN weight * is_closed ELSE 0 END) AS contained_count`;

interface ConversationDay {
  onDay: string;
  openedCount: number;
  handedCount: number;
  closedCount: number;
  containedCount: number;
}

/**
 * One look at the conversations for the days and for the whole. The day is named in an inner query: grouping by an expression
 * with a parameter fails on Oracle (ORA-00979). PostgreSQL writes a date out once a day instead of once a row.
 */
function conversationsPerDay({ prefix, weight, condition, params }: Source) {
  const rowsBy = (day: string) => `(SELECT ${day}, ${weight} AS weight,
      CASE WHEN c.queued_at IS NOT NULL OR c.assigned_at IS NOT NULL THEN 1 ELSE 0 END AS is_handed,
      CASE WHEN c.state = 'closed' THEN 1 ELSE 0 END AS is_closed
    FROM conversation c WHERE ${OPENED} AND ${condition}) opened`;
  return portable<Params, ConversationDay>(
    `${prefix}conversations_per_day`,
    {
      postgres: `SELECT TO_CHAR(on_date, 'YYYY-MM-DD') AS on_day, ${DAY_SUMS}
        FROM ${rowsBy(`CAST(${LOCAL_AT} AS date) AS on_date`)} GROUP BY on_date`,
      oracle: `SELECT on_day, ${DAY_SUMS} FROM ${rowsBy(`TO_CHAR(${LOCAL_AT}, 'YYYY-MM-DD') AS on_day`)} GROUP BY on_day`,
    },
    {
      params: { ...ZONED, ...params } as never,
      result: {
        ...{ onDay: 'text', openedCount: 'int', handedCount: 'int' },
        ...{ closedCount: 'int', containedCount: 'int' },
      },
    },
  );
}

/** A difference of instants is an interval on both, but only one of them knows its length in seconds. */
function waits({ prefix, weight, condition, params }: Source) {
  const rows = (waited: string) => `(SELECT ${waited}, ${weight} AS weight FROM conversation c
    WHERE ${OPENED} AND c.first_response_at IS NOT NULL AND ${condition}) answered`;
  const waited = 'c.first_response_at - COALESCE(c.queued_at, c.opened_at)';
  return portable<Params, { seconds: number; amount: number }>(
    `${prefix}waits`,
    {
      postgres: `SELECT seconds, SUM(weight) AS amount
        FROM ${rows(`CAST(ROUND(EXTRACT(EPOCH FROM (${waited}))) AS bigint) AS seconds`)} GROUP BY seconds`,
      oracle: `SELECT seconds, SUM(weight) AS amount FROM (
          SELECT ROUND(EXTRACT(DAY FROM waited) * 86400 + EXTRACT(HOUR FROM waited) * 3600 +
            EXTRACT(MINUTE FROM waited) * 60 + EXTRACT(SECOND FROM waited)) AS seconds, weight
          FROM ${rows(`${waited} AS waited`)}) sums GROUP BY seconds`,
    },
    { params: { ...WINDOW, ...params } as never, result: { seconds: 'int', amount: 'int' } },
  );
}

function robotTurns({ prefix, weight, condition, params }: Source) {
  return portable<Params, { outcome: string; turnCount: number }>(
    `${prefix}robot_turns`,
    `SELECT outcome, SUM(weight) AS turn_count FROM (SELECT turn.outcome, ${weight} AS weight FROM robot_turn turn
        JOIN conversation c ON c.id = turn.conversation_id
        WHERE turn.at >= :fromAt AND turn.at < :toAt AND ${condition}) turns GROUP BY outcome`,
    { params: { ...WINDOW, ...params } as never, result: { outcome: 'text', turnCount: 'int' } },
  );
}

function ratings({ prefix, weight, condition, params }: Source) {
  return portable<Params, { ratingSum: number | null; ratingCount: number | null }>(
    `${prefix}ratings`,
    `SELECT SUM(weight * score) AS rating_sum, SUM(weight) AS rating_count FROM (
        SELECT rating.score, ${weight} AS weight FROM conversation c
        JOIN conversation_rating rating ON rating.conversation_id = c.id WHERE ${OPENED} AND ${condition}) rated`,
    { params: { ...WINDOW, ...params } as never, result: { ratingSum: 'int', ratingCount: 'int' } },
  );
}

const statementsOf = (source: Source) => ({
  days: conversationsPerDay(source),
  waits: waits(source),
  turns: robotTurns(source),
  ratings: ratings(source),
});
const OF_ROWS = statementsOf(ALL_ROWS);
const OF_MOVED = statementsOf(MOVED);

const SCORES = portable<Window & ScopeParams, { scoreSum: number | null; scoreCount: number }>(
  'report.scores',
  `SELECT SUM(score) AS score_sum, COUNT(score) AS score_count FROM evaluation e
    WHERE evaluated_at >= :fromAt AND evaluated_at < :toAt AND ${withinScope('e', 'agent_id')}`,
  {
    params: { ...WINDOW, ...SCOPE_PARAMS } as never,
    result: { scoreSum: 'int', scoreCount: 'int' },
  },
);

function tickets(name: string, at: string) {
  return portable<Window & ScopeParams, { onDay: string; amount: number }>(
    name,
    `SELECT on_day, COUNT(*) AS amount FROM (
        SELECT TO_CHAR(${at} + :offsetMinutes * INTERVAL '1' MINUTE, 'YYYY-MM-DD') AS on_day FROM ticket t
        WHERE ${at} >= :fromAt AND ${at} < :toAt AND ${withinScope('t', 'assignee_id')}) tickets
      GROUP BY on_day`,
    { params: { ...ZONED, ...SCOPE_PARAMS }, result: { onDay: 'text', amount: 'int' } },
  );
}
const TICKETS_OPENED = tickets('report.tickets_opened', 'opened_at');
const TICKETS_SOLVED = tickets('report.tickets_solved', 'solved_at');

/** All figures of a period within a scope, O(rows of the period). */
export async function countFigures(db: Db, window: Window, scope: DataScope): Promise<Figures> {
  const figures = noFigures();
  const params = { ...window, ...scopeParams(scope) };
  await addConversations(db, figures, OF_ROWS, params);
  for (const { onDay, amount } of await db.all(TICKETS_OPENED, params))
    addDaily(figures, 'ticket.opened', onDay, amount);
  for (const { amount } of await db.all(TICKETS_SOLVED, params))
    addTo(figures.totals, 'ticket.solved', amount);
  const scores = await db.one(SCORES, params);
  addTo(figures.totals, 'score.sum', scores?.scoreSum ?? 0);
  addTo(figures.totals, 'score.count', scores?.scoreCount ?? 0);
  return figures;
}

/** Adds what moved into a scope of units since it was opened, and takes away what moved out. */
export function addMoved(db: Db, figures: Figures, window: Window, scope: DataScope): Promise<void> {
  const { scopeUnitId, scopeDepth } = scopeParams(scope);
  return addConversations(db, figures, OF_MOVED, { ...window, scopeUnitId, scopeDepth });
}

async function addConversations(
  db: Db,
  figures: Figures,
  statements: ReturnType<typeof statementsOf>,
  params: Params,
): Promise<void> {
  const { totals } = figures;
  for (const day of await db.all(statements.days, params)) {
    addDaily(figures, 'conversation.opened', day.onDay, day.openedCount);
    addDaily(figures, 'conversation.handed', day.onDay, day.handedCount);
    addTo(totals, 'conversation.closed', day.closedCount);
    addTo(totals, 'conversation.contained', day.containedCount);
  }
  for (const { seconds, amount } of await db.all(statements.waits, params))
    addTo(figures.waits, seconds, amount);
  for (const { outcome, turnCount } of await db.all(statements.turns, params))
    addTo(totals, `robot.${outcome}`, turnCount);
  const rated = await db.one(statements.ratings, params);
  addTo(totals, 'rating.sum', rated?.ratingSum ?? 0);
  addTo(totals, 'rating.count', rated?.ratingCount ?? 0);
}
