import { portable, type Db } from '../../platform/persistence/index.ts';
import { ADMINISTRATION_CLASSES, type TrailScope } from '../access.ts';
import { TIMELINE } from './timeline.rules.ts';

/** What a chart is narrowed to. */
export interface TimelineFilter {
  actor?: string;
  customer?: string;
  target?: string;
  action?: string;
  outcome?: 'ok' | 'refused' | 'failed';
  class?: string;
}

/** Entries of one hour, day, or instant that are alike. */
export interface TimelineRow {
  at: Date;
  class: string;
  outcome: string;
  entryCount: number;
}

/** The same of one account. */
export interface AccountRow extends TimelineRow {
  actorId: string;
}

/** Where to look. */
export interface TimelineRange {
  from: Date;
  to: Date;
  scope: TrailScope;
}

const CLASSES = [...ADMINISTRATION_CLASSES].map((name) => `'${name}'`).join(', ');
const NARROWED = `(outcome = :outcome OR :outcome IS NULL)
      AND (class = :entryClass OR :entryClass IS NULL) AND (class IN (${CLASSES}) OR :isAll = 1)`;
const KINDS = {
  fromAt: 'instant',
  toAt: 'instant',
  outcome: 'text',
  entryClass: 'text',
  isAll: 'flag',
} as const;
const RESULT = { at: 'instant', class: 'text', outcome: 'text', entryCount: 'int' } as const;

interface Narrowed {
  fromAt: Date;
  toAt: Date;
  outcome: string | null;
  entryClass: string | null;
  isAll: boolean;
}

function paramsOf(filter: TimelineFilter, { from, to, scope }: TimelineRange): Narrowed {
  const { outcome = null, class: entryClass = null } = filter;
  return { fromAt: from, toAt: to, outcome, entryClass, isAll: scope === 'all' };
}

const ACTS = portable<Narrowed & { grain: string; action: string | null }, TimelineRow>(
  'audit_tally.sums',
  `SELECT start_at AS at, class, outcome, SUM(entry_count) AS entry_count FROM audit_tally
    WHERE grain = :grain AND start_at >= :fromAt AND start_at < :toAt
      AND (action = :action OR :action IS NULL) AND ${NARROWED}
    GROUP BY start_at, class, outcome`,
  { params: { grain: 'text', action: 'text', ...KINDS }, result: RESULT },
);
const BUSIEST = portable<Narrowed & { limit: number }, { actorId: string }>(
  'audit_tally_actor.busiest',
  `SELECT actor_id FROM audit_tally_actor
    WHERE start_at >= :fromAt AND start_at < :toAt AND actor_type = 'account' AND ${NARROWED}
    GROUP BY actor_id ORDER BY SUM(entry_count) DESC, actor_id FETCH FIRST :limit ROWS ONLY`,
  { params: { limit: 'int', ...KINDS }, result: { actorId: 'text' } },
);
const OF_ACTORS = portable<Narrowed & { actorIds: readonly string[] }, AccountRow>(
  'audit_tally_actor.sums',
  `SELECT start_at AS at, actor_id, class, outcome, SUM(entry_count) AS entry_count FROM audit_tally_actor
    WHERE actor_id IN (:actorIds...) AND start_at >= :fromAt AND start_at < :toAt AND ${NARROWED}
    GROUP BY start_at, actor_id, class, outcome`,
  { params: { actorIds: 'text', ...KINDS }, result: { actorId: 'text', ...RESULT } },
);

type Point = Omit<AccountRow, 'entryCount'> & { actorType: string };
/** Entries themselves, from one index; the newest ones, because what is drawn last is what matters most. */
function pointsBy(name: string, base: string) {
  return portable<
    Narrowed & {
      limit: number;
      target: string | null;
      customer: string | null;
      actor: string | null;
      action: string | null;
    },
    Point
  >(
    `compliance.points_${name}`,
    `SELECT occurred_at AS at, class, outcome, actor_type, actor_id FROM audit_event
      WHERE ${base} occurred_at >= :fromAt AND occurred_at < :toAt
        AND (target_id = :target OR :target IS NULL)
        AND (customer_ref = :customer OR :customer IS NULL)
        AND (actor_id = :actor OR :actor IS NULL)
        AND (action = :action OR :action IS NULL)
        AND ${NARROWED}
      ORDER BY occurred_at DESC FETCH FIRST :limit ROWS ONLY`,
    {
      params: {
        ...{ target: 'text', customer: 'text', actor: 'text', action: 'text', limit: 'int' },
        ...KINDS,
      },
      result: { at: 'instant', class: 'text', outcome: 'text', actorType: 'text', actorId: 'text' },
    },
  );
}
const POINTS = {
  target: pointsBy('target', 'target_id = :target AND'),
  customer: pointsBy('customer', 'customer_ref = :customer AND'),
  actor: pointsBy('actor', 'actor_id = :actor AND'),
};

/** Sums of all entries by hour or day. */
export function sumsOf(
  db: Db,
  filter: TimelineFilter,
  range: TimelineRange,
  grain: 'hour' | 'day',
): Promise<TimelineRow[]> {
  return db.all(ACTS, { grain, action: filter.action ?? null, ...paramsOf(filter, range) });
}

/** The accounts with the most entries, the busiest first. */
export async function busiestAccounts(
  db: Db,
  filter: TimelineFilter,
  range: TimelineRange,
): Promise<string[]> {
  const rows = await db.all(BUSIEST, { limit: TIMELINE.accountsMax, ...paramsOf(filter, range) });
  return rows.map(({ actorId }) => actorId);
}

/** Sums of some accounts by day. */
export function sumsOfAccounts(
  db: Db,
  filter: TimelineFilter,
  range: TimelineRange,
  actorIds: readonly string[],
): Promise<AccountRow[]> {
  return actorIds.length === 0
    ? Promise.resolve([])
    : db.all(OF_ACTORS, { actorIds, ...paramsOf(filter, range) });
}

/** The entries themselves of a person, customer, or thing; the newest, at most `TIMELINE.entriesMax`. */
export function pointsOf(db: Db, filter: TimelineFilter, range: TimelineRange): Promise<Point[]> {
  const { target = null, customer = null, actor = null, action = null } = filter;
  const base = target !== null ? 'target' : customer !== null ? 'customer' : 'actor';
  return db.all(POINTS[base], {
    ...{ target, customer, actor, action, limit: TIMELINE.entriesMax },
    ...paramsOf(filter, range),
  });
}
