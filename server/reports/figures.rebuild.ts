import { ROOT_UNIT_ID } from '../kernel/index.ts';
import type { JobKind } from '../platform/jobs/index.ts';
import { atOneMoment, portable, type Database, type Statement } from '../platform/persistence/index.ts';

/** Counters of reports made anew from what they count. */

type Dialect = 'postgres' | 'oracle';

const COLUMNS = 'stage, figure, at, unit_id, bucket, id, amount';

/** An instant's hour, as it is grouped by; Oracle gives a DATE. */
function hour(dialect: Dialect, at: string): string {
  return dialect === 'postgres' ? `DATE_TRUNC('hour', ${at})` : `TRUNC(${at}, 'HH24')`;
}
const asInstant = (dialect: Dialect, at: string) =>
  dialect === 'postgres' ? at : `CAST(${at} AS TIMESTAMP)`;

/** What one figure counts: rows of `from`, by their hour and unit. */
interface Counting {
  figure: string;
  from: string;
  at: string;
  unit: string;
  amount?: string;
}
const OPENED = { at: 'x.opened_at', unit: 'x.first_unit_id' };
const RATED = {
  from: 'conversation_rating r JOIN conversation x ON x.id = r.conversation_id',
  ...OPENED,
};
const TURNS = 'robot_turn t JOIN conversation x ON x.id = t.conversation_id';
const SCORED = { from: 'evaluation x WHERE x.score IS NOT NULL', at: 'x.evaluated_at', unit: 'x.unit_id' };
const HANDED = '(x.queued_at IS NOT NULL OR x.assigned_at IS NOT NULL)';
const ALONE = 'x.queued_at IS NULL AND x.assigned_at IS NULL';

const COUNTED: readonly Counting[] = [
  { figure: 'conversation.opened', from: 'conversation x', ...OPENED },
  { figure: 'conversation.handed', from: `conversation x WHERE ${HANDED}`, ...OPENED },
  { figure: 'conversation.closed', from: `conversation x WHERE x.state = 'closed'`, ...OPENED },
  {
    figure: 'conversation.contained',
    from: `conversation x WHERE x.state = 'closed' AND ${ALONE}`,
    ...OPENED,
  },
  { figure: 'rating.sum', ...RATED, amount: 'SUM(r.score)' },
  { figure: 'rating.count', ...RATED },
  { figure: 'robot.answer', from: `${TURNS} WHERE t.outcome = 'answer'`, ...OPENED, at: 't.at' },
  { figure: 'robot.clarify', from: `${TURNS} WHERE t.outcome = 'clarify'`, ...OPENED, at: 't.at' },
  { figure: 'score.sum', ...SCORED, amount: 'SUM(x.score)' },
  { figure: 'score.count', ...SCORED },
  { figure: 'ticket.opened', from: 'ticket x', at: 'x.opened_at', unit: 'x.unit_id' },
  {
    figure: 'ticket.solved',
    from: 'ticket x WHERE x.solved_at IS NOT NULL',
    at: 'x.solved_at',
    unit: 'x.unit_id',
  },
];

function both(name: string, text: (dialect: Dialect) => string): Statement<Record<never, never>, never> {
  return portable(name, { postgres: text('postgres'), oracle: text('oracle') }, { params: {} });
}

const OF_UNITS = COUNTED.map(({ figure, from, at, unit, amount = 'COUNT(*)' }) =>
  both(
    `figure_count.make_${figure.replace('.', '_')}`,
    (dialect) => `INSERT INTO figure_count (${COLUMNS})
      SELECT 'unit', '${figure}', ${asInstant(dialect, hour(dialect, at))}, ${unit}, 0, ${unit}, ${amount}
        FROM ${from} GROUP BY ${hour(dialect, at)}, ${unit}`,
  ),
);
/** A difference of instants is an interval on both, but only one of them knows its length in seconds. */
const SECONDS = {
  postgres: 'CAST(ROUND(EXTRACT(EPOCH FROM waited)) AS bigint)',
  oracle: `ROUND(EXTRACT(DAY FROM waited) * 86400 + EXTRACT(HOUR FROM waited) * 3600 +
    EXTRACT(MINUTE FROM waited) * 60 + EXTRACT(SECOND FROM waited))`,
};
const OF_WAITS = both(
  'figure_count.make_conversation_wait',
  (dialect) => `INSERT INTO figure_count (${COLUMNS})
    SELECT 'unit', 'conversation.wait', ${asInstant(dialect, 'on_hour')}, first_unit_id, bucket, first_unit_id, COUNT(*)
    FROM (SELECT ${hour(dialect, 'opened_at')} AS on_hour, first_unit_id, ${SECONDS[dialect]} AS bucket
      FROM (SELECT opened_at, first_unit_id, first_response_at - COALESCE(queued_at, opened_at) AS waited
        FROM conversation WHERE first_response_at IS NOT NULL) answered) sums
    GROUP BY on_hour, first_unit_id, bucket`,
);
const ROOT = `'${ROOT_UNIT_ID}'`;
const OF_BANK = both('figure_count.make_bank', (dialect) => {
  const root = dialect === 'postgres' ? `CAST(${ROOT} AS uuid)` : ROOT;
  return `INSERT INTO figure_count (${COLUMNS}) SELECT 'bank', figure, at, ${root}, bucket, ${root}, SUM(amount)
      FROM figure_count WHERE stage = 'unit' GROUP BY figure, at, bucket`;
});
const OF_DAYS = both('figure_count.make_day', (dialect) => {
  const root = dialect === 'postgres' ? `CAST(${ROOT} AS uuid)` : ROOT;
  const day = dialect === 'postgres' ? `DATE_TRUNC('day', at)` : `CAST(TRUNC(at, 'DD') AS TIMESTAMP)`;
  return `INSERT INTO figure_count (${COLUMNS}) SELECT 'day', figure, on_day, ${root}, bucket, ${root}, SUM(amount)
    FROM (SELECT figure, ${day} AS on_day, bucket, amount FROM figure_count WHERE stage = 'bank') hours
    GROUP BY figure, on_day, bucket`;
});
const CLEAR = portable<Record<never, never>>(
  'figure_count.clear',
  'DELETE FROM figure_count WHERE amount IS NOT NULL',
  {
    params: {},
  },
);

/**
 * Makes all counters anew in one transaction that sees one moment: what others commit meanwhile they count themselves, and
 * these rows are neither seen nor deleted here. A fold at the same time ends one of the two with a conflict.
 */
export async function rebuildFigures(database: Database): Promise<void> {
  await atOneMoment(database, async (session) => {
    for (const statement of [CLEAR, ...OF_UNITS, OF_WAITS, OF_BANK, OF_DAYS])
      await session.run(statement, {});
  });
}

/** On demand, for who finds a report in doubt; a rebuild while people work changes no true figure. */
export function figureRebuildKind({ database }: { database: Database }): JobKind {
  return {
    ...{ kind: 'reports.rebuild', maxAttempts: 5, timeoutMs: 3_600_000 },
    title: { zh: '重建报表计数', en: 'Make the counters of reports anew' },
    run: () => rebuildFigures(database),
  };
}
