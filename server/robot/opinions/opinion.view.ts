import type { DataScope } from '../../kernel/index.ts';
import {
  portable,
  SCOPE_PARAMS,
  scopeParams,
  withinScope,
  type Db,
  type ScopeParams,
} from '../../platform/persistence/index.ts';
import { ASPECTS, type Aspect } from './aspects.ts';

/** What customers praised and blamed in a period, and how moods went. */
export interface OpinionReport {
  /** Aspects that were spoken of, the most blamed first. */
  aspects: { aspect: Aspect; praise: number; blame: number }[];
  perDay: { on: string; praise: number; blame: number }[];
  /** Conversations with a message of the requester; means of moods are -1 to 1, null without any. */
  moods: { conversations: number; firstMean: number | null; lastMean: number | null };
  /** Of conversations whose mood went below zero: how far it rose from its lowest to its last, with and without an opening. */
  calming: { isCalmed: boolean; conversations: number; meanRise: number | null }[];
}

/** A period of whole days, as the reports cut it. */
export interface OpinionWindow {
  from: Date;
  to: Date;
  /** `2026-01-05`, oldest first. */
  days: string[];
}

interface Params extends ScopeParams {
  fromAt: Date;
  toAt: Date;
}
const PARAMS = { fromAt: 'instant', toAt: 'instant', ...SCOPE_PARAMS } as const;
const WHERE = (alias: string) =>
  `${alias}.closed_at >= :fromAt AND ${alias}.closed_at < :toAt AND ${withinScope(alias, 'agent_id')}`;

const BY_ASPECT = portable<Params, { aspect: string; polarity: number; opinionCount: number }>(
  'opinion.by_aspect',
  `SELECT o.aspect, o.polarity, COUNT(*) AS opinion_count FROM conversation_opinion o
    WHERE ${WHERE('o')} GROUP BY o.aspect, o.polarity`,
  { params: PARAMS, result: { aspect: 'text', polarity: 'int', opinionCount: 'int' } },
);

interface Day {
  onDay: string;
  polarity: number;
  opinionCount: number;
}
const BY_DAY = portable<Params & { offsetMinutes: number }, Day>(
  'opinion.by_day',
  {
    postgres: `SELECT TO_CHAR(on_date, 'YYYY-MM-DD') AS on_day, polarity, COUNT(*) AS opinion_count FROM
      (SELECT CAST(o.closed_at + :offsetMinutes * INTERVAL '1' MINUTE AS date) AS on_date, o.polarity
        FROM conversation_opinion o WHERE ${WHERE('o')}) said GROUP BY on_date, polarity`,
    oracle: `SELECT on_day, polarity, COUNT(*) AS opinion_count FROM
      (SELECT TO_CHAR(o.closed_at + :offsetMinutes * INTERVAL '1' MINUTE, 'YYYY-MM-DD') AS on_day, o.polarity
        FROM conversation_opinion o WHERE ${WHERE('o')}) said GROUP BY on_day, polarity`,
  },
  {
    params: { ...PARAMS, offsetMinutes: 'int' },
    result: { onDay: 'text', polarity: 'int', opinionCount: 'int' },
  },
);

const MOODS = portable<Params, { moodCount: number; firstSum: number | null; lastSum: number | null }>(
  'opinion.moods',
  `SELECT COUNT(*) AS mood_count, SUM(m.first_mood) AS first_sum, SUM(m.last_mood) AS last_sum
    FROM conversation_mood m WHERE ${WHERE('m')}`,
  { params: PARAMS, result: { moodCount: 'int', firstSum: 'int', lastSum: 'int' } },
);

const CALMING = portable<Params, { calmed: boolean; moodCount: number; riseSum: number | null }>(
  'opinion.calming',
  `SELECT m.calmed, COUNT(*) AS mood_count, SUM(m.last_mood - m.lowest_mood) AS rise_sum
    FROM conversation_mood m WHERE m.lowest_mood < 0 AND ${WHERE('m')} GROUP BY m.calmed`,
  { params: PARAMS, result: { calmed: 'flag', moodCount: 'int', riseSum: 'int' } },
);

/** Mean of a sum of thousandths, with three decimals. */
function meanOf(sum: number | null, count: number): number | null {
  return count === 0 || sum === null ? null : Math.round(sum / count) / 1_000;
}

const sumOf = <Row extends { polarity: number; opinionCount: number }>(rows: Row[], polarity: number) =>
  rows.filter((row) => row.polarity === polarity).reduce((sum, row) => sum + row.opinionCount, 0);

/** The report of a period within a scope: four index ranges, O(conversations of the period). */
export async function readOpinions(
  db: Db,
  window: OpinionWindow,
  { offsetMinutes, scope }: { offsetMinutes: number; scope: DataScope },
): Promise<OpinionReport> {
  const range = { fromAt: window.from, toAt: window.to, ...scopeParams(scope) };
  const byAspect = await db.all(BY_ASPECT, range);
  const byDay = await db.all(BY_DAY, { ...range, offsetMinutes });
  const moods = await db.one(MOODS, range);
  const calming = await db.all(CALMING, range);
  const aspects = ASPECTS.map((aspect) => {
    const rows = byAspect.filter((row) => row.aspect === aspect);
    return { aspect, praise: sumOf(rows, 1), blame: sumOf(rows, -1) };
  });
  const count = moods?.moodCount ?? 0;
  return {
    aspects: aspects
      .filter(({ praise, blame }) => praise + blame > 0)
      .sort((a, b) => b.blame - a.blame || b.praise - a.praise),
    perDay: window.days.map((on) => {
      const rows = byDay.filter(({ onDay }) => onDay === on);
      return { on, praise: sumOf(rows, 1), blame: sumOf(rows, -1) };
    }),
    moods: {
      conversations: count,
      firstMean: meanOf(moods?.firstSum ?? null, count),
      lastMean: meanOf(moods?.lastSum ?? null, count),
    },
    calming: [false, true].map((isCalmed) => {
      const row = calming.find(({ calmed }) => calmed === isCalmed);
      const conversations = row?.moodCount ?? 0;
      return { isCalmed, conversations, meanRise: meanOf(row?.riseSum ?? null, conversations) };
    }),
  };
}
