import type { Before } from '../../kernel/index.ts';
import {
  portable,
  readScoped,
  SCOPE_PARAMS,
  scopedList,
  scopeParams,
  withinScope,
  type Db,
  type ScopeParams,
} from '../../platform/persistence/index.ts';
import type { TicketRow } from './ticket.entity.ts';
import type { FieldFilter } from '../fields/field-index.ts';
import { newestOf } from '../scan.ts';
import { tokenParams } from './ticket.repo.ts';
import type { TicketState, TicketViewer } from './ticket.rules.ts';

/** Which tickets. `assigneeId: null` asks for those nobody has. */
export interface TicketFilter {
  state?: TicketState | undefined;
  assigneeId?: string | null | undefined;
  requesterId?: string | undefined;
}

/** A ticket's row of a list, with its requester's sealed name. */
export type ListRow = Omit<TicketRow, 'descriptionEnc' | 'dekId' | 'solvedAt' | 'indexVersion'> & {
  nameEnc: Buffer | null;
};
/** A candidate of a search. */
export type SearchRow = ListRow & Pick<TicketRow, 'descriptionEnc'>;

const ITEM_COLUMNS = `t.id, t.ticket_number, t.requester_id, t.conversation_id, t.subject_enc, t.state, t.priority,
  t.assignee_id, t.skill_group_id, t.unit_id, t.opened_at, t.updated_at, t.version, r.name_enc`;
const ITEM_RESULT = {
  id: 'uuid',
  ticketNumber: 'int',
  requesterId: 'uuid',
  conversationId: 'uuid',
  subjectEnc: 'sealed',
  state: 'text',
  priority: 'text',
  assigneeId: 'uuid',
  skillGroupId: 'uuid',
  unitId: 'uuid',
  openedAt: 'instant',
  updatedAt: 'instant',
  version: 'int',
  nameEnc: 'sealed',
} as const;
const SEARCH_RESULT = { ...ITEM_RESULT, descriptionEnc: 'sealed' } as const;
const NEWEST_FIRST = `t.opened_at <= :beforeAt AND (t.opened_at < :beforeAt OR t.id < :beforeId)
  ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST :limit ROWS ONLY`;

const WITHIN = withinScope('t', 'assignee_id');

interface FilterParams {
  isUnassigned: boolean;
  seesAll: boolean;
  accountId: string;
  groupIds: string[];
}

/** A field of the bank's own that a list is narrowed by; all NULL for none. */
type FieldParams = Omit<FieldFilter, 'fieldKey' | 'tokenSets'> & { fieldKey: string | null };

interface ListParams extends Before, ScopeParams, FilterParams, FieldParams {
  state: string | null;
  assigneeId: string | null;
  requesterId: string | null;
  limit: number;
}

const NO_FIELD: FieldParams = {
  ...{ fieldKey: null, choiceValue: null, numberMin: null, numberMax: null, valueBixes: [], isHashed: false },
  ...{ last4Bixes: [], isLast4: false, prefixBixes: [], isPrefix: false },
};

/** Who may see it besides the unit, and the filters that no index serves. Absent ones are NULL. */
const FILTERS = `(:isUnassigned = 0 OR t.assignee_id IS NULL)
  AND (:seesAll = 1 OR t.skill_group_id IS NULL OR t.assignee_id = :accountId
    OR t.skill_group_id IN (:groupIds...))`;
const FILTER_PARAMS = { isUnassigned: 'flag', seesAll: 'flag', accountId: 'uuid', groupIds: 'uuid' } as const;
const FIELD = `EXISTS (SELECT 1 FROM custom_value v WHERE v.record_type = 'ticket' AND v.record_id = t.id
  AND v.field_key = :fieldKey
  AND (v.choice_value = :choiceValue OR :choiceValue IS NULL)
  AND (v.number_value >= :numberMin OR :numberMin IS NULL)
  AND (v.number_value <= :numberMax OR :numberMax IS NULL)
  AND (:isHashed = 0 OR v.value_bix IN (:valueBixes...))
  AND (:isLast4 = 0 OR v.value_last4_bix IN (:last4Bixes...))
  AND (:isPrefix = 0 OR v.value_prefix_bix IN (:prefixBixes...)))`;
const FIELD_PARAMS = {
  fieldKey: 'text',
  choiceValue: 'text',
  numberMin: 'int',
  numberMax: 'int',
  valueBixes: 'bytes',
  isHashed: 'flag',
  last4Bixes: 'bytes',
  isLast4: 'flag',
  prefixBixes: 'bytes',
  isPrefix: 'flag',
} as const;
const REQUESTER_JOIN = 'JOIN requester r ON r.id = t.requester_id';
const LIST_OF_TICKETS = {
  ...{ table: 'ticket', alias: 't', at: 'opened_at', owner: 'assignee_id' },
  ...{ columns: ITEM_COLUMNS, joins: REQUESTER_JOIN, result: ITEM_RESULT },
};

/** One statement for each index a list starts from: no plan has to serve two. */
const LIST_NEWEST = scopedList<FilterParams, ListRow>({
  ...LIST_OF_TICKETS,
  ...{ name: 'ticket.list', where: FILTERS, params: FILTER_PARAMS },
});
const LIST_IN_STATE = scopedList<FilterParams & { state: string }, ListRow>({
  ...LIST_OF_TICKETS,
  name: 'ticket.list_in_state',
  where: `t.state = :state AND ${FILTERS}`,
  params: { ...FILTER_PARAMS, state: 'text' },
});

/**
 * The comparison stands before the test for NULL: PostgreSQL learns the parameter's type from its first use. What one
 * agent or one requester has, or one value of a field finds, is little, so the scope is asked for each row.
 */
function listOf(name: string, condition: string) {
  return portable<ListParams, ListRow>(
    name,
    `SELECT ${ITEM_COLUMNS} FROM ticket t ${REQUESTER_JOIN}
      WHERE ${condition} AND (t.state = :state OR :state IS NULL)
        AND (t.assignee_id = :assigneeId OR :assigneeId IS NULL)
        AND (t.requester_id = :requesterId OR :requesterId IS NULL)
        AND ${FILTERS} AND (${FIELD} OR :fieldKey IS NULL) AND ${WITHIN} AND ${NEWEST_FIRST}`,
    {
      params: {
        ...{ state: 'text', assigneeId: 'uuid', requesterId: 'uuid', ...FILTER_PARAMS, ...FIELD_PARAMS },
        ...{ ...SCOPE_PARAMS, limit: 'int', beforeAt: 'instant', beforeId: 'uuid' },
      },
      result: ITEM_RESULT,
    },
  );
}

const LIST_OF_ASSIGNEE = listOf('ticket.list_of_assignee', 't.assignee_id = :assigneeId');
const LIST_OF_REQUESTER = listOf('ticket.list_of_requester', 't.requester_id = :requesterId');
const LIST_OF_FIELD = listOf('ticket.list_of_field', FIELD);

type WordParams = Omit<ListParams, keyof FieldParams> & {
  fieldKey: string;
  tokens: bigint[];
  list: string;
  tokenCount: number;
};
const listOfWords = (found: string) => `SELECT ${ITEM_COLUMNS} FROM ticket t ${REQUESTER_JOIN}
  WHERE t.id IN (${found}) AND (t.state = :state OR :state IS NULL)
    AND (t.assignee_id = :assigneeId OR :assigneeId IS NULL)
    AND (t.requester_id = :requesterId OR :requesterId IS NULL)
    AND ${FILTERS} AND ${WITHIN} AND ${NEWEST_FIRST}`;
const OF_TICKETS = `v.record_type = 'ticket' AND v.field_key = :fieldKey`;
/** Those that have every token in one field; the index of tokens names them. */
const LIST_OF_FIELD_WORDS = portable<WordParams, ListRow>(
  'ticket.list_of_field_words',
  {
    postgres:
      listOfWords(`SELECT v.record_id FROM custom_value_token k JOIN custom_value v ON v.id = k.value_id
      WHERE k.tokens @> CAST(:tokens AS bigint[]) AND ${OF_TICKETS}`),
    oracle: listOfWords(`SELECT v.record_id FROM custom_value v WHERE ${OF_TICKETS} AND v.id IN
      (SELECT k.value_id FROM custom_value_token k
        WHERE k.tokens IN (SELECT j.token FROM JSON_TABLE(:list, '$[*]' COLUMNS (token NUMBER PATH '$')) j)
        GROUP BY k.value_id HAVING COUNT(*) = :tokenCount)`),
  },
  {
    params: {
      ...{ state: 'text', assigneeId: 'uuid', requesterId: 'uuid', ...FILTER_PARAMS, fieldKey: 'text' },
      ...{ tokens: 'tokens', list: 'clob', tokenCount: 'int' },
      ...{ ...SCOPE_PARAMS, limit: 'int', beforeAt: 'instant', beforeId: 'uuid' },
    },
    result: ITEM_RESULT,
  },
);

interface SearchParams extends Before, ScopeParams {
  tokens: bigint[];
  list: string;
  tokenCount: number;
  limit: number;
}
const SEARCH_PARAMS = {
  tokens: 'tokens',
  list: 'clob',
  tokenCount: 'int',
  limit: 'int',
  beforeAt: 'instant',
  beforeId: 'uuid',
  ...SCOPE_PARAMS,
} as const;
const NEWEST = 'ORDER BY t.opened_at DESC, t.id DESC';
const BEHIND = 't.opened_at <= :beforeAt AND (t.opened_at < :beforeAt OR t.id < :beforeId)';
/** Oracle finds by its side table of tokens, whose index serves frequent and rare words alike. */
const ORACLE_SEARCH = `SELECT ${ITEM_COLUMNS}, t.description_enc
  FROM ticket t JOIN requester r ON r.id = t.requester_id
  WHERE t.id IN (SELECT k.ticket_id FROM ticket_token k
      WHERE k.tokens IN (SELECT j.token FROM JSON_TABLE(:list, '$[*]' COLUMNS (token NUMBER PATH '$')) j)
      GROUP BY k.ticket_id HAVING COUNT(*) = :tokenCount)
    AND ${WITHIN} AND ${NEWEST_FIRST}`;
/** The keys of a page that was found, with all that is shown of them. */
const shownOf = (keys: string) => `SELECT ${ITEM_COLUMNS}, t.description_enc
  FROM (${keys} ${NEWEST} FETCH FIRST :limit ROWS ONLY) f
  JOIN ticket t ON t.id = f.id JOIN requester r ON r.id = t.requester_id ${NEWEST}`;

/**
 * Frequent words: the newest tickets one after the other. Looked up with a limit, which no planner turns into a join over
 * every row.
 */
function searchNewest(name: string, narrow: string) {
  return portable<SearchParams & { probeRows: number }, SearchRow>(
    name,
    {
      postgres: shownOf(`SELECT t.id FROM (SELECT t.id, t.opened_at, t.unit_id, t.assignee_id FROM ticket t
          WHERE ${narrow} ${BEHIND} ${NEWEST} FETCH FIRST :probeRows ROWS ONLY) t
        CROSS JOIN LATERAL (SELECT h.tokens FROM ticket_token h WHERE h.ticket_id = t.id FETCH FIRST 1 ROWS ONLY) k
        WHERE k.tokens @> CAST(:tokens AS bigint[]) AND ${WITHIN}`),
      oracle: ORACLE_SEARCH,
    },
    { params: { ...SEARCH_PARAMS, probeRows: 'int' }, result: SEARCH_RESULT },
  );
}
const SEARCH_NEWEST = searchNewest('ticket.search_newest', '');
const SEARCH_NEWEST_UNIT = searchNewest('ticket.search_newest_unit', 't.unit_id = :scopeUnitId AND');
/** Rare words: all that have them by the index of tokens, and the newest of those. */
const SEARCH_ALL = portable<SearchParams, SearchRow>(
  'ticket.search',
  {
    postgres: `WITH k AS MATERIALIZED (SELECT h.ticket_id FROM ticket_token h WHERE h.tokens @> CAST(:tokens AS bigint[]))
      ${shownOf(`SELECT t.id FROM k CROSS JOIN LATERAL (SELECT o.id, o.opened_at, o.unit_id, o.assignee_id FROM ticket o
        WHERE o.id = k.ticket_id FETCH FIRST 1 ROWS ONLY) t WHERE ${BEHIND} AND ${WITHIN}`)}`,
    oracle: ORACLE_SEARCH,
  },
  { params: SEARCH_PARAMS, result: SEARCH_RESULT },
);
/**
 * Newest tickets that are looked through: few, which tell how frequent a word is; then more, where those say that enough will be
 * found. Either stops when the page is full.
 */
const PROBES = [500, 10_000] as const;
const TICKET_BY_NUMBER = portable<{ ticketNumber: number } & ScopeParams, ListRow>(
  'ticket.by_number',
  `SELECT ${ITEM_COLUMNS} FROM ticket t JOIN requester r ON r.id = t.requester_id
    WHERE t.ticket_number = :ticketNumber AND ${WITHIN}`,
  { params: { ticketNumber: 'int', ...SCOPE_PARAMS }, result: ITEM_RESULT },
);
/** The list row of a ticket; the caller has read the ticket within its scope. */
const TICKET_ITEM = portable<{ id: string }, ListRow>(
  'ticket.item',
  `SELECT ${ITEM_COLUMNS} FROM ticket t JOIN requester r ON r.id = t.requester_id WHERE t.id = :id`,
  { params: { id: 'uuid' }, result: ITEM_RESULT },
);

/** What of the tickets is asked for. */
export interface TicketListQuery {
  filter: TicketFilter;
  before: Before;
  limit: number;
}

/** Starts from the index that narrows most: requester, assignee, field, state, or none. */
export function readTicketList(
  db: Db,
  viewer: TicketViewer,
  { filter, before, limit, field }: TicketListQuery & { field?: FieldFilter | undefined },
): Promise<ListRow[]> {
  const { state, assigneeId, requesterId } = filter;
  const { seesAll, accountId, groupIds, scope } = viewer;
  const filters = { isUnassigned: assigneeId === null, seesAll, accountId, groupIds: [...groupIds] };
  const page = { ...filters, ...before, limit: limit + 1 };
  const ids = { assigneeId: assigneeId ?? null, requesterId: requesterId ?? null, state: state ?? null };
  const asked = { ...page, ...ids, ...scopeParams(scope) };
  if (field?.tokenSets !== undefined) {
    const { fieldKey, tokenSets } = field;
    const find = (tokens: bigint[]) =>
      db.all(LIST_OF_FIELD_WORDS, { ...asked, fieldKey, ...tokenParams(tokens), tokenCount: tokens.length });
    return newestOf(tokenSets, limit + 1, find, ({ openedAt: at, id }) => ({ at, id }));
  }
  const start = startOf(filter, field);
  if (start !== undefined) return db.all(start, { ...asked, ...(field ?? NO_FIELD) });
  if (state === undefined) return readScoped(db, LIST_NEWEST, scope, page);
  return readScoped(db, LIST_IN_STATE, scope, { ...page, state });
}

function startOf({ assigneeId, requesterId }: TicketFilter, field: FieldFilter | undefined) {
  if (requesterId !== undefined) return LIST_OF_REQUESTER;
  if (typeof assigneeId === 'string') return LIST_OF_ASSIGNEE;
  return field === undefined ? undefined : LIST_OF_FIELD;
}

/**
 * Candidates of a search by words, within the viewer's scope, newest first. A frequent word is found among the newest tickets; of
 * a rare one the index names all. A word between the two costs most: about 10,000 tickets looked at, whichever way.
 */
export async function readTicketsByTokens(
  db: Db,
  viewer: TicketViewer,
  query: { tokens: bigint[]; before: Before; limit: number },
): Promise<SearchRow[]> {
  const { tokens, before, limit } = query;
  const page = { ...tokenParams(tokens), tokenCount: tokens.length, limit, ...before };
  const params = { ...page, ...scopeParams(viewer.scope) };
  const [few, many] = PROBES;
  const { kind } = viewer.scope;
  const walk = kind === 'unit' || kind === 'own' ? SEARCH_NEWEST_UNIT : SEARCH_NEWEST;
  const newest = await db.all(walk, { ...params, probeRows: few });
  if (newest.length >= limit) return newest;
  if (newest.length >= (limit * few) / many) {
    const more = await db.all(walk, { ...params, probeRows: many });
    if (more.length >= limit) return more;
  }
  return db.all(SEARCH_ALL, params);
}

/** The ticket of a number, within the viewer's scope. */
export function readTicketByNumber(
  db: Db,
  viewer: TicketViewer,
  ticketNumber: number,
): Promise<ListRow | undefined> {
  return db.one(TICKET_BY_NUMBER, { ticketNumber, ...scopeParams(viewer.scope) });
}

/** The list row of a ticket the caller has read within its scope. */
export function readTicketItem(db: Db, id: string): Promise<ListRow | undefined> {
  return db.one(TICKET_ITEM, { id });
}
