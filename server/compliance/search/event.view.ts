import type { EventRow } from '../../../audit/index.ts';
import { LIMITS, type Before } from '../../kernel/index.ts';
import { portable, type Db, type Statement } from '../../platform/persistence/index.ts';
import { ADMINISTRATION_CLASSES, type TrailScope } from '../access.ts';
import { EVENT_COLUMNS, EVENT_RESULT } from './event.columns.ts';

/** What officers search by; all named conditions hold at once. */
export interface EventFilter {
  /** Id of the account, requester, or program that acted. */
  actor?: string;
  /** Id of the requester whose data was touched. */
  customer?: string;
  /** Id of the thing acted upon. */
  target?: string;
  action?: string;
  outcome?: 'ok' | 'refused' | 'failed';
  /** Class of the act: what touched personal data, what administrators did. */
  class?: string;
  /** Network address the act came from. */
  address?: string;
  /** Id of the ticket that justified the act, or was its object. */
  ticket?: string;
  /** Words that stand in the entry: ids, codes, texts. */
  q?: string;
  /** First instant, and the first one behind the end: half-open, UTC. */
  from?: string;
  to?: string;
}

interface SearchParams extends Before {
  actor: string | null;
  customer: string | null;
  target: string | null;
  action: string | null;
  outcome: string | null;
  entryClass: string | null;
  fromAt: Date;
  toAt: Date;
  isAll: boolean;
  limit: number;
}

const CLASSES = [...ADMINISTRATION_CLASSES].map((name) => `'${name}'`).join(', ');

/**
 * A search that starts from one index; the other conditions are checked row by row. The comparison stands before
 * `IS NULL`: PostgreSQL takes the type of a parameter from its first place.
 */
function searchBy(name: string, base: string): Statement<SearchParams, EventRow> {
  return portable<SearchParams, EventRow>(
    `compliance.search_${name}`,
    `SELECT ${EVENT_COLUMNS} FROM audit_event
      WHERE ${base} occurred_at >= :fromAt AND occurred_at < :toAt
        AND occurred_at <= :beforeAt AND (occurred_at < :beforeAt OR id < :beforeId)
        AND (target_id = :target OR :target IS NULL)
        AND (customer_ref = :customer OR :customer IS NULL)
        AND (actor_id = :actor OR :actor IS NULL)
        AND (action = :action OR :action IS NULL)
        AND (outcome = :outcome OR :outcome IS NULL)
        AND (class = :entryClass OR :entryClass IS NULL)
        AND (class IN (${CLASSES}) OR :isAll = 1)
      ORDER BY occurred_at DESC, id DESC FETCH FIRST :limit ROWS ONLY`,
    {
      params: {
        target: 'text',
        customer: 'text',
        actor: 'text',
        action: 'text',
        outcome: 'text',
        entryClass: 'text',
        fromAt: 'instant',
        toAt: 'instant',
        beforeAt: 'instant',
        beforeId: 'uuid',
        isAll: 'flag',
        limit: 'int',
      },
      result: EVENT_RESULT,
    },
  );
}

/** From the most to the least selective: a thing has few entries, a customer some, an account many, an action most. */
const SEARCHES: readonly [keyof EventFilter, Statement<SearchParams, EventRow>][] = [
  ['target', searchBy('target', 'target_id = :target AND')],
  ['customer', searchBy('customer', 'customer_ref = :customer AND')],
  ['actor', searchBy('actor', 'actor_id = :actor AND')],
  ['action', searchBy('action', 'action = :action AND')],
];
const SEARCH_BY_TIME = searchBy('time', '');

const UNSEALED = portable<{ since: Date; limit: number }, { entryCount: number }>(
  'compliance.newer_than',
  `SELECT COUNT(*) AS entry_count FROM
    (SELECT e.id FROM audit_event e WHERE e.occurred_at > :since FETCH FIRST :limit ROWS ONLY) newer`,
  { params: { since: 'instant', limit: 'int' }, result: { entryCount: 'int' } },
);

const EARLIEST = new Date(0);
const LATEST = new Date('9999-12-31T23:59:59.999Z');

/** Entries that fit, newest first, at most `limit`. */
export function searchEvents(
  db: Db,
  filter: EventFilter,
  page: { before: Before; limit: number; scope: TrailScope },
): Promise<EventRow[]> {
  const statement = SEARCHES.find(([key]) => filter[key] !== undefined)?.[1] ?? SEARCH_BY_TIME;
  return db.all(statement, {
    ...page.before,
    actor: filter.actor ?? null,
    customer: filter.customer ?? null,
    target: filter.target ?? null,
    action: filter.action ?? null,
    outcome: filter.outcome ?? null,
    entryClass: filter.class ?? null,
    fromAt: filter.from === undefined ? EARLIEST : new Date(filter.from),
    toAt: filter.to === undefined ? LATEST : new Date(filter.to),
    isAll: page.scope === 'all',
    limit: page.limit,
  });
}

/** How many entries are newer than an instant; one above `LIMITS.countedMax` means more. */
export async function countNewer(db: Db, since: Date | null): Promise<number> {
  return (
    (await db.one(UNSEALED, { since: since ?? EARLIEST, limit: LIMITS.countedMax + 1 }))?.entryCount ?? 0
  );
}
