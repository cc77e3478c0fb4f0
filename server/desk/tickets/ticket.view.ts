import { beforeKey, FROM_NEWEST, fromKey, type Page, toPage } from '../../kernel/index.ts';
import { maskName, maskText, matchesSearch, type Crypto } from '../../platform/crypto/index.ts';
import type { Db } from '../../platform/persistence/index.ts';
import type { FieldQuery } from '../fields/field-index.ts';
import type { FieldService, ShownValues } from '../fields/field.service.ts';
import { newestOf, scanPage } from '../scan.ts';
import { openTexts, unreadableMark } from '../sealed-texts.ts';
import { namesOf, presentPerson, unitNamesOf, type Staff, type StaffName } from '../staff.ts';
import type { TicketRow } from './ticket.entity.ts';
import {
  readTicketByNumber,
  readTicketItem,
  readTicketList,
  readTicketsByTokens,
  type ListRow,
  type SearchRow,
  type TicketFilter,
  type TicketListQuery,
} from './ticket-list.view.ts';
import { listComments, listEvents } from './ticket.repo.ts';
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
  /** The subject, on its own page also the description, cannot be read. */
  isUnreadable?: true;
  state: TicketState;
  priority: TicketPriority;
  requester: { id: string; nameMasked: string | null };
  assignee: StaffName | null;
  /** The unit it belongs to. */
  unit: { id: string; name: string };
  conversationId?: string;
  openedAt: string;
  updatedAt: string;
  version: number;
  /** Own fields that are columns of the list, masked. */
  columnValues?: ShownValues;
  /** Keys of those whose value cannot be read. */
  unreadableColumns?: string[];
}

interface ListQuery extends TicketListQuery {
  field?: FieldQuery;
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
    const { field, limit } = query;
    const narrowed = field && this.#deps.fields.filterOf('ticket', field);
    const rows = await readTicketList(db, viewer, { ...query, field: narrowed });
    const page = toPage(
      rows,
      limit,
      ({ openedAt, id }) => beforeKey(openedAt, id),
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
      const row = await readTicketByNumber(db, viewer, Number(number));
      if (row && mayShow(row)) return { items: await this.#present(db, [row], query.isPlain) };
    }
    const versions = this.#deps.crypto
      .searchTokens(TICKET_WORDS, query.text)
      .map((tokens) => tokens.slice(0, SEARCH_TOKENS_MAX));
    if (versions[0]?.length === 0) return { items: [] };
    const isFirst = query.before === FROM_NEWEST;
    const found = await scanPage<SearchRow, [number, string], SearchRow>({
      limit: query.limit,
      candidatesMax: SEARCH_CANDIDATES_MAX,
      after: isFirst ? undefined : beforeKey(query.before.beforeAt, query.before.beforeId),
      fetch(after, limit) {
        const before = after ? fromKey(after) : FROM_NEWEST;
        const find = (tokens: bigint[]) => readTicketsByTokens(db, viewer, { tokens, limit, before });
        return newestOf(versions, limit, find, ({ openedAt: at, id }) => ({ at, id }));
      },
      check: (rows) => this.#recheck(rows, query.text, mayShow),
      keyOf: ({ openedAt, id }) => beforeKey(openedAt, id),
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
    const record = { recordType: 'ticket', recordId: row.id } as const;
    const [item, comments, events, customFields] = await Promise.all([
      readTicketItem(db, row.id),
      listComments(db, row.id),
      listEvents(db, row.id),
      this.#deps.fields.read(db, record),
    ]);
    const [description = null, ...bodies] = await openTexts(crypto, [
      { cell: cellOf('description_enc', row.id), envelope: row.descriptionEnc },
      ...comments.map(({ id, bodyEnc }) => ({
        cell: { table: 'ticket_comment', column: 'body_enc', rowId: id },
        envelope: bodyEnc,
      })),
    ]);
    const moved = events.filter(({ action }) => action === 'assignee');
    const transfers = events.filter(({ action }) => action === 'unit');
    const [names, units, [shown]] = await Promise.all([
      namesOf(staff, [
        ...comments.map(({ authorType, authorId }) => accountId(authorType, authorId)),
        ...events.map(({ actorType, actorId }) => accountId(actorType, actorId)),
        ...moved.flatMap(({ fromValue, toValue }) => [fromValue, toValue]),
      ]),
      unitNamesOf(
        staff,
        transfers.flatMap(({ fromValue, toValue }) => [fromValue, toValue]),
      ),
      this.#present(db, item ? [item] : []),
    ]);
    const known = new Map([...names, ...units]);
    return {
      ...shown,
      ...unreadableMark(description),
      customFields,
      description: maskText(description ?? ''),
      comments: comments.map(({ id, authorId, isInternal, at }, index) => ({
        id,
        text: maskText(bodies[index] ?? ''),
        ...unreadableMark(bodies[index]),
        isInternal,
        author: presentPerson(authorId, names),
        at: at.toISOString(),
      })),
      history: events.map(({ at, actorType, actorId, action, fromValue, toValue }) => ({
        at: at.toISOString(),
        actor: { type: actorType, displayName: names.get(actorId) ?? '' },
        action,
        ...(fromValue === null ? {} : { from: valueOf(action, fromValue, known) }),
        ...(toValue === null ? {} : { to: valueOf(action, toValue, known) }),
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
    const [names, units, columns] = await Promise.all([
      namesOf(
        staff,
        rows.map(({ assigneeId }) => assigneeId),
      ),
      unitNamesOf(
        staff,
        rows.map(({ unitId }) => unitId),
      ),
      fields.readColumns(
        db,
        'ticket',
        rows.map(({ id }) => id),
      ),
    ]);
    return rows.map((row, index) => {
      const name = texts[index * 2 + 1] ?? null;
      const { values: columnValues, unreadable: unreadableColumns } = columns.get(row.id) ?? {};
      return {
        id: row.id,
        number: row.ticketNumber,
        subject: isPlain ? (texts[index * 2] ?? '') : maskText(texts[index * 2] ?? ''),
        ...unreadableMark(texts[index * 2]),
        state: row.state,
        priority: row.priority,
        requester: { id: row.requesterId, nameMasked: name === null || isPlain ? name : maskName(name) },
        assignee: presentPerson(row.assigneeId, names),
        unit: { id: row.unitId, name: units.get(row.unitId) ?? '' },
        ...(row.conversationId === null ? {} : { conversationId: row.conversationId }),
        openedAt: row.openedAt.toISOString(),
        updatedAt: row.updatedAt.toISOString(),
        version: row.version,
        ...(columnValues === undefined ? {} : { columnValues }),
        ...(unreadableColumns === undefined ? {} : { unreadableColumns }),
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
  return action === 'assignee' || action === 'unit' ? (names.get(value) ?? value) : value;
}

function cellOf(column: 'subject_enc' | 'description_enc', rowId: string) {
  return { table: 'ticket', column, rowId };
}
