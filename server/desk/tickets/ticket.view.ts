import { toPage, type Page } from '../../kernel/index.ts';
import { maskName, maskText, matchesSearch, type Crypto } from '../../platform/crypto/index.ts';
import { portable, type Db } from '../../platform/persistence/index.ts';
import type { FieldQuery, FieldService, ShownValues } from '../fields/field.service.ts';
import { FROM_NEWEST, fromKey, keyOf, type Before } from '../keyset.ts';
import { scanPage } from '../scan.ts';
import { openTexts } from '../sealed-texts.ts';
import { namesOf, presentPerson, type Staff, type StaffName } from '../staff.ts';
import type { TicketRow } from './ticket.entity.ts';
import { listComments, listEvents, tokenParams } from './ticket.repo.ts';
import {
  maySeeTicket,
  nextStates,
  type TicketPriority,
  type TicketState,
  type TicketViewer,
} from './ticket.rules.ts';
import { TICKET_WORDS } from './ticket.service.ts';

/** Tickets decrypted and looked at again for one page of a search. */
export const SEARCH_CANDIDATES_MAX = 1_000;
/** More terms than this narrow a search no further; the re-check sees the whole query anyway. */
const SEARCH_TOKENS_MAX = 32;
const NUMBER_QUERY = /^#?(\d{1,15})$/;

/** A ticket as lists show it: subject and name masked. */
export interface TicketItem {
  id: string;
  number: number;
  subject: string;
  state: TicketState;
  priority: TicketPriority;
  requester: { id: string; nameMasked: string | null };
  assignee: StaffName | null;
  conversationId?: string;
  openedAt: string;
  updatedAt: string;
  version: number;
  /** Own fields that are columns of the list, masked. */
  columnValues?: ShownValues;
}

/** Which tickets. `assigneeId: null` asks for those nobody has. */
export interface TicketFilter {
  state?: TicketState | undefined;
  assigneeId?: string | null | undefined;
  requesterId?: string | undefined;
}

type ListRow = Omit<TicketRow, 'descriptionEnc' | 'dekId' | 'solvedAt'> & { nameEnc: Buffer | null };
type SearchRow = ListRow & Pick<TicketRow, 'descriptionEnc'>;

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

interface ListParams extends Before {
  state: string | null;
  assigneeId: string | null;
  isUnassigned: boolean;
  requesterId: string | null;
  seesAll: boolean;
  accountId: string;
  groupIds: string[];
  limit: number;
  fieldKey: string | null;
  choiceValue: string | null;
  numberMin: number | null;
  numberMax: number | null;
  valueBix: Buffer | null;
}

const NO_FIELD = { fieldKey: null, choiceValue: null, numberMin: null, numberMax: null, valueBix: null };

/**
 * Absent filters are NULL; both planners fold them away, since the values are known when they plan. The comparison
 * stands before the test for NULL: PostgreSQL learns the parameter's type from its first use.
 */
const TICKET_LIST = portable<ListParams, ListRow>(
  'ticket.list',
  `SELECT ${ITEM_COLUMNS} FROM ticket t JOIN requester r ON r.id = t.requester_id
    WHERE (t.state = :state OR :state IS NULL)
      AND (t.assignee_id = :assigneeId OR :assigneeId IS NULL)
      AND (:isUnassigned = 0 OR t.assignee_id IS NULL)
      AND (t.requester_id = :requesterId OR :requesterId IS NULL)
      AND (:seesAll = 1 OR t.skill_group_id IS NULL OR t.assignee_id = :accountId
        OR t.skill_group_id IN (:groupIds...))
      AND (EXISTS (SELECT 1 FROM custom_value v WHERE v.record_type = 'ticket' AND v.record_id = t.id
          AND v.field_key = :fieldKey
          AND (v.choice_value = :choiceValue OR :choiceValue IS NULL)
          AND (v.number_value >= :numberMin OR :numberMin IS NULL)
          AND (v.number_value <= :numberMax OR :numberMax IS NULL)
          AND (v.value_bix = :valueBix OR :valueBix IS NULL)) OR :fieldKey IS NULL)
      AND ${NEWEST_FIRST}`,
  {
    params: {
      fieldKey: 'text',
      choiceValue: 'text',
      numberMin: 'int',
      numberMax: 'int',
      valueBix: 'bytes',
      state: 'text',
      assigneeId: 'uuid',
      isUnassigned: 'flag',
      requesterId: 'uuid',
      seesAll: 'flag',
      accountId: 'uuid',
      groupIds: 'uuid',
      limit: 'int',
      beforeAt: 'instant',
      beforeId: 'uuid',
    },
    result: ITEM_RESULT,
  },
);
const TICKET_SEARCH = portable<
  Before & { tokens: bigint[]; list: string; tokenCount: number; limit: number },
  SearchRow
>(
  'ticket.search',
  {
    postgres: `SELECT ${ITEM_COLUMNS}, t.description_enc
      FROM ticket_token k JOIN ticket t ON t.id = k.ticket_id JOIN requester r ON r.id = t.requester_id
      WHERE k.tokens @> CAST(:tokens AS bigint[]) AND ${NEWEST_FIRST}`,
    oracle: `SELECT ${ITEM_COLUMNS}, t.description_enc
      FROM ticket t JOIN requester r ON r.id = t.requester_id
      WHERE t.id IN (SELECT k.ticket_id FROM ticket_token k
          WHERE k.tokens IN (SELECT j.token FROM JSON_TABLE(:list, '$[*]' COLUMNS (token NUMBER PATH '$')) j)
          GROUP BY k.ticket_id HAVING COUNT(*) = :tokenCount)
        AND ${NEWEST_FIRST}`,
  },
  {
    params: {
      tokens: 'tokens',
      list: 'clob',
      tokenCount: 'int',
      limit: 'int',
      beforeAt: 'instant',
      beforeId: 'uuid',
    },
    result: SEARCH_RESULT,
  },
);
const TICKET_BY_NUMBER = portable<{ ticketNumber: number }, ListRow>(
  'ticket.by_number',
  `SELECT ${ITEM_COLUMNS} FROM ticket t JOIN requester r ON r.id = t.requester_id
    WHERE t.ticket_number = :ticketNumber`,
  { params: { ticketNumber: 'int' }, result: ITEM_RESULT },
);
const TICKET_ITEM = portable<{ id: string }, ListRow>(
  'ticket.item',
  `SELECT ${ITEM_COLUMNS} FROM ticket t JOIN requester r ON r.id = t.requester_id WHERE t.id = :id`,
  { params: { id: 'uuid' }, result: ITEM_RESULT },
);

interface ListQuery {
  field?: FieldQuery;
  filter: TicketFilter;
  before: Before;
  limit: number;
  /** Plain values instead of masks: for an export that a second person has allowed. */
  isPlain?: boolean;
}

/** Read model of tickets. Recording the read is the caller's part. */
export class TicketView {
  readonly #deps: { crypto: Crypto; staff: Staff; fields: FieldService };

  constructor(deps: { crypto: Crypto; staff: Staff; fields: FieldService }) {
    this.#deps = deps;
  }

  /** One page of the tickets the viewer may see, newest first. */
  async list(db: Db, viewer: TicketViewer, query: ListQuery): Promise<Page<TicketItem>> {
    const { filter, before, limit } = query;
    const rows = await db.all(TICKET_LIST, {
      state: filter.state ?? null,
      assigneeId: filter.assigneeId ?? null,
      isUnassigned: filter.assigneeId === null,
      requesterId: filter.requesterId ?? null,
      seesAll: viewer.seesAll,
      accountId: viewer.accountId,
      groupIds: [...viewer.groupIds],
      limit: limit + 1,
      ...(query.field ? this.#deps.fields.filterOf('ticket', query.field) : NO_FIELD),
      ...before,
    });
    const page = toPage(
      rows,
      limit,
      ({ openedAt, id }) => keyOf(openedAt, id),
      (row) => row,
    );
    return {
      ...page,
      items: await this.#present(db, await this.#confirmed(db, query, page.items), query.isPlain),
    };
  }

  /** What a blind index found is compared again; the page may be short and still have a cursor. */
  async #confirmed(db: Db, { field }: ListQuery, rows: ListRow[]): Promise<ListRow[]> {
    if (field === undefined) return rows;
    const ids = rows.map(({ id }) => id);
    const found = await this.#deps.fields.confirm(db, 'ticket', field, ids);
    return rows.filter(({ id }) => found.has(id));
  }

  /**
   * Tickets whose subject or description holds every piece of the query, or the one with that number. Tokens find
   * candidates, the re-check after decryption decides. A short page with a cursor goes on behind it.
   */
  async search(db: Db, viewer: TicketViewer, query: ListQuery & { text: string }): Promise<Page<TicketItem>> {
    const mayShow = (row: ListRow) => maySeeTicket(viewer, row) && fitsFilter(row, query.filter);
    const number = NUMBER_QUERY.exec(query.text.trim())?.[1];
    if (number !== undefined) {
      const row = await db.one(TICKET_BY_NUMBER, { ticketNumber: Number(number) });
      if (row && mayShow(row)) return { items: await this.#present(db, [row], query.isPlain) };
    }
    const tokens = this.#deps.crypto.wordTokens(TICKET_WORDS, query.text).slice(0, SEARCH_TOKENS_MAX);
    if (tokens.length === 0) return { items: [] };
    const params = { ...tokenParams(tokens), tokenCount: tokens.length };
    const isFirst = query.before === FROM_NEWEST;
    const found = await scanPage<SearchRow, [number, string], SearchRow>({
      limit: query.limit,
      candidatesMax: SEARCH_CANDIDATES_MAX,
      after: isFirst ? undefined : keyOf(query.before.beforeAt, query.before.beforeId),
      fetch: (after, limit) =>
        db.all(TICKET_SEARCH, { ...params, limit, ...(after ? fromKey(after) : FROM_NEWEST) }),
      check: (rows) => this.#recheck(rows, query.text, mayShow),
      keyOf: ({ openedAt, id }) => keyOf(openedAt, id),
    });
    return { ...found, items: await this.#present(db, found.items, query.isPlain) };
  }

  async #recheck(
    rows: SearchRow[],
    text: string,
    mayShow: (row: SearchRow) => boolean,
  ): Promise<(SearchRow | undefined)[]> {
    const texts = await openTexts(
      this.#deps.crypto,
      rows.flatMap((row) => [
        { cell: cellOf('subject_enc', row.id), envelope: row.subjectEnc },
        { cell: cellOf('description_enc', row.id), envelope: row.descriptionEnc },
      ]),
    );
    return rows.map((row, index) => {
      const words = `${texts[index * 2] ?? ''}\n${texts[index * 2 + 1] ?? ''}`;
      return mayShow(row) && matchesSearch(words, text) ? row : undefined;
    });
  }

  /** A ticket with everything its page shows, masked. The caller has checked who may see it. */
  async detail(db: Db, row: TicketRow) {
    const { crypto, staff } = this.#deps;
    const item = await db.one(TICKET_ITEM, { id: row.id });
    const comments = await listComments(db, row.id);
    const events = await listEvents(db, row.id);
    const [description = null, ...bodies] = await openTexts(crypto, [
      { cell: cellOf('description_enc', row.id), envelope: row.descriptionEnc },
      ...comments.map(({ id, bodyEnc }) => ({
        cell: { table: 'ticket_comment', column: 'body_enc', rowId: id },
        envelope: bodyEnc,
      })),
    ]);
    const moved = events.filter(({ action }) => action === 'assignee');
    const names = await namesOf(staff, [
      ...comments.map(({ authorType, authorId }) => accountId(authorType, authorId)),
      ...events.map(({ actorType, actorId }) => accountId(actorType, actorId)),
      ...moved.flatMap(({ fromValue, toValue }) => [fromValue, toValue]),
    ]);
    const [shown] = await this.#present(db, item ? [item] : []);
    const customFields = await this.#deps.fields.read(db, { recordType: 'ticket', recordId: row.id });
    return {
      ...shown,
      customFields,
      description: maskText(description ?? ''),
      comments: comments.map(({ id, authorId, isInternal, at }, index) => ({
        id,
        text: maskText(bodies[index] ?? ''),
        isInternal,
        author: presentPerson(authorId, names),
        at: at.toISOString(),
      })),
      history: events.map(({ at, actorType, actorId, action, fromValue, toValue }) => ({
        at: at.toISOString(),
        actor: { type: actorType, displayName: names.get(actorId) ?? '' },
        action,
        ...(fromValue === null ? {} : { from: valueOf(action, fromValue, names) }),
        ...(toValue === null ? {} : { to: valueOf(action, toValue, names) }),
      })),
      allowedTransitions: [...nextStates(row.state)],
    };
  }

  async #present(db: Db, rows: readonly ListRow[], isPlain = false): Promise<TicketItem[]> {
    const { crypto, staff, fields } = this.#deps;
    const texts = await openTexts(
      crypto,
      rows.flatMap(({ id, subjectEnc, requesterId, nameEnc }) => [
        { cell: cellOf('subject_enc', id), envelope: subjectEnc },
        { cell: { table: 'requester', column: 'name_enc', rowId: requesterId }, envelope: nameEnc },
      ]),
    );
    const names = await namesOf(
      staff,
      rows.map(({ assigneeId }) => assigneeId),
    );
    const columns = await fields.readColumns(
      db,
      'ticket',
      rows.map(({ id }) => id),
    );
    return rows.map((row, index) => {
      const name = texts[index * 2 + 1] ?? null;
      const columnValues = columns.get(row.id);
      return {
        id: row.id,
        number: row.ticketNumber,
        subject: isPlain ? (texts[index * 2] ?? '') : maskText(texts[index * 2] ?? ''),
        state: row.state,
        priority: row.priority,
        requester: { id: row.requesterId, nameMasked: name === null || isPlain ? name : maskName(name) },
        assignee: presentPerson(row.assigneeId, names),
        ...(row.conversationId === null ? {} : { conversationId: row.conversationId }),
        openedAt: row.openedAt.toISOString(),
        updatedAt: row.updatedAt.toISOString(),
        version: row.version,
        ...(columnValues === undefined ? {} : { columnValues }),
      };
    });
  }
}

function fitsFilter(row: ListRow, { state, assigneeId, requesterId }: TicketFilter): boolean {
  return (
    (state === undefined || row.state === state) &&
    (assigneeId === undefined || row.assigneeId === assigneeId) &&
    (requesterId === undefined || row.requesterId === requesterId)
  );
}

/** Only accounts have names to look up; a program's token or the robot stays nameless. */
function accountId(type: string, id: string): string | null {
  return type === 'account' ? id : null;
}

function valueOf(action: string, value: string, names: ReadonlyMap<string, string>): string {
  return action === 'assignee' ? (names.get(value) ?? value) : value;
}

function cellOf(column: 'subject_enc' | 'description_enc', rowId: string) {
  return { table: 'ticket', column, rowId };
}
