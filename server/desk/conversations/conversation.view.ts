import { type Before, beforeKey, type Page, toPage } from '../../kernel/index.ts';
import { maskName, maskText, type Crypto } from '../../platform/crypto/index.ts';
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
import { openTexts } from '../sealed-texts.ts';
import { groupNamesOf, namesOf, presentPerson, type Staff, type StaffName } from '../staff.ts';
import type { Viewer } from './conversation.access.ts';
import type { ConversationState, Sender } from './conversation.entity.ts';

/** The lists of the inbox. `all` is everything that runs, `mine` what the viewer has. */
export const CONVERSATION_VIEWS = ['mine', 'queue', 'all', 'closed'] as const;
/** One list of the inbox. */
export type ConversationListName = (typeof CONVERSATION_VIEWS)[number];

/** A conversation as lists and pushes show it: names and texts masked. */
export interface ConversationItem {
  id: string;
  siteId: string;
  /** The unit whose work it is. */
  unitId: string;
  channel: string;
  state: ConversationState;
  requester: { id: string; nameMasked: string | null; isIdentified: boolean };
  assignee: StaffName | null;
  skillGroup: { id: string; name: string } | null;
  /** Masked, at most 80 characters; null before the first message and after an erasure. */
  lastText: string | null;
  lastFrom: Sender;
  lastAt: string;
  lastSeq: number;
  /** Messages of the requester that the assignee has neither read nor answered. */
  unread: number;
  openedAt: string;
  version: number;
  waitingSince?: string;
  handoverReason?: string;
}

/** Characters of a message that a list shows. */
export const LAST_TEXT_CHARACTERS = 80;

interface ListParams extends Before, ScopeParams {
  accountId: string;
  groupIds: string[];
  limit: number;
}

interface ItemRow {
  id: string;
  siteId: string;
  unitId: string;
  channel: string;
  state: string;
  skillGroupId: string | null;
  assigneeId: string | null;
  requesterId: string;
  openedAt: Date;
  lastSeq: number;
  lastFrom: string;
  lastAt: Date;
  handoverReason: string | null;
  queuedAt: Date | null;
  version: number;
  nameEnc: Buffer | null;
  isIdentified: boolean;
  messageId: string | null;
  bodyEnc: Buffer | null;
  unreadCount: number;
}

const RESULT = {
  id: 'uuid',
  siteId: 'text',
  unitId: 'uuid',
  channel: 'text',
  state: 'text',
  skillGroupId: 'uuid',
  assigneeId: 'uuid',
  requesterId: 'uuid',
  openedAt: 'instant',
  lastSeq: 'int',
  lastFrom: 'text',
  lastAt: 'instant',
  handoverReason: 'text',
  queuedAt: 'instant',
  version: 'int',
  nameEnc: 'sealed',
  isIdentified: 'flag',
  messageId: 'uuid',
  bodyEnc: 'sealed',
  unreadCount: 'int',
} as const;

/** One query for a screen: the rows with their requester's name and last message, still sealed. */
const COLUMNS = `c.id, c.site_id, c.unit_id, c.channel, c.state, c.skill_group_id, c.assignee_id, c.requester_id,
    c.opened_at, c.last_seq, c.last_from, c.last_at, c.handover_reason, c.queued_at, c.version,
    r.name_enc, r.is_identified, m.id AS message_id, m.body_enc,
    (SELECT COUNT(*) FROM message u WHERE u.conversation_id = c.id AND u.opened_month = c.opened_month
        AND u.seq > c.agent_read_seq AND u.sender = 'requester') AS unread_count`;
const JOINS = `JOIN requester r ON r.id = c.requester_id
  LEFT JOIN message m
    ON m.conversation_id = c.id AND m.opened_month = c.opened_month AND m.seq = c.last_seq`;
const SELECT_ITEMS = `SELECT ${COLUMNS} FROM conversation c ${JOINS}`;

const IN_GROUPS = '(c.skill_group_id IS NULL OR c.skill_group_id IN (:groupIds...))';

/** What each list holds, for those who see everything and for agents, who see their own and their queues. */
const CONDITIONS: Record<ConversationListName, { any: string; own: string }> = {
  mine: {
    any: `c.assignee_id = :accountId AND c.state = 'assigned'`,
    own: `c.assignee_id = :accountId AND c.state = 'assigned'`,
  },
  queue: { any: `c.state = 'queued'`, own: `c.state = 'queued' AND ${IN_GROUPS}` },
  all: {
    any: `c.state IN ('robot', 'queued', 'assigned')`,
    own: `((c.assignee_id = :accountId AND c.state = 'assigned') OR (c.state = 'queued' AND ${IN_GROUPS}))`,
  },
  closed: { any: `c.state = 'closed'`, own: `c.assignee_id = :accountId AND c.state = 'closed'` },
};

/** Running conversations, and those of one agent, are few: the scope is asked for each row. */
function listStatement(view: ConversationListName, of: 'any' | 'own') {
  return portable<ListParams, ItemRow>(
    `conversation.list_${view}_${of}`,
    `${SELECT_ITEMS} WHERE ${CONDITIONS[view][of]} AND ${withinScope('c', 'assignee_id')}
      AND c.opened_at <= :beforeAt AND (c.opened_at < :beforeAt OR c.id < :beforeId)
      ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST :limit ROWS ONLY`,
    {
      params: {
        ...{ accountId: 'uuid', groupIds: 'uuid', limit: 'int', beforeAt: 'instant', beforeId: 'uuid' },
        ...SCOPE_PARAMS,
      },
      result: RESULT,
    },
  );
}

const LISTS = {
  mine: { any: listStatement('mine', 'any'), own: listStatement('mine', 'own') },
  queue: { any: listStatement('queue', 'any'), own: listStatement('queue', 'own') },
  all: { any: listStatement('all', 'any'), own: listStatement('all', 'own') },
  closed: { own: listStatement('closed', 'own') },
};

/** Everything that was ever closed: the one list that grows for ever. */
const LIST_CLOSED = scopedList<Record<never, never>, ItemRow>({
  ...{ name: 'conversation.list_closed_any', table: 'conversation', alias: 'c', at: 'opened_at' },
  ...{ owner: 'assignee_id', columns: COLUMNS, joins: JOINS, where: CONDITIONS.closed.any },
  params: {},
  result: RESULT,
});

const ITEM_BY_ID = portable<{ id: string }, ItemRow>(
  'conversation.item',
  `${SELECT_ITEMS} WHERE c.id = :id`,
  { params: { id: 'uuid' }, result: RESULT },
);

function readList(
  db: Db,
  viewer: Viewer,
  { view, before, limit }: { view: ConversationListName; before: Before; limit: number },
): Promise<ItemRow[]> {
  const { accountId, groupIds, scope, seesAll } = viewer;
  const params = { accountId, groupIds: [...groupIds], ...before, limit: limit + 1, ...scopeParams(scope) };
  if (view !== 'closed') return db.all(LISTS[view][seesAll ? 'any' : 'own'], params);
  if (!seesAll) return db.all(LISTS.closed.own, params);
  return readScoped(db, LIST_CLOSED, scope, { ...before, limit: limit + 1 });
}

/** Read model of the inbox. Recording the read is the caller's part. */
export class ConversationView {
  readonly #deps: { crypto: Crypto; staff: Staff };

  constructor(deps: { crypto: Crypto; staff: Staff }) {
    this.#deps = deps;
  }

  /** One page of a list, newest first, holding only what the viewer may see. */
  async list(
    db: Db,
    viewer: Viewer,
    query: { view: ConversationListName; before: Before; limit: number },
  ): Promise<Page<ConversationItem>> {
    const rows = await readList(db, viewer, query);
    const page = toPage(
      rows,
      query.limit,
      ({ openedAt, id }) => beforeKey(openedAt, id),
      (row) => row,
    );
    return { ...page, items: await this.#present(page.items) };
  }

  /** The list row of one conversation; undefined when there is none. The caller has checked who may see it. */
  async find(db: Db, id: string): Promise<ConversationItem | undefined> {
    const row = await db.one(ITEM_BY_ID, { id });
    return row && (await this.#present([row]))[0];
  }

  async #present(rows: readonly ItemRow[]): Promise<ConversationItem[]> {
    const { crypto, staff } = this.#deps;
    const texts = await openTexts(
      crypto,
      rows.flatMap(({ requesterId, nameEnc, messageId, bodyEnc }) => [
        { cell: { table: 'requester', column: 'name_enc', rowId: requesterId }, envelope: nameEnc },
        { cell: { table: 'message', column: 'body_enc', rowId: messageId ?? '' }, envelope: bodyEnc },
      ]),
    );
    const names = await namesOf(
      staff,
      rows.map(({ assigneeId }) => assigneeId),
    );
    const groups = await groupNamesOf(
      staff,
      rows.map(({ skillGroupId }) => skillGroupId),
    );
    return rows.map((row, index) =>
      presentItem(row, {
        name: texts[index * 2] ?? null,
        lastText: texts[index * 2 + 1] ?? null,
        assignee: presentPerson(row.assigneeId, names),
        skillGroup: row.skillGroupId && { id: row.skillGroupId, name: groups.get(row.skillGroupId) ?? '' },
      }),
    );
  }
}

interface Opened {
  name: string | null;
  lastText: string | null;
  assignee: StaffName | null;
  skillGroup: { id: string; name: string } | '' | null;
}

function presentItem(row: ItemRow, opened: Opened): ConversationItem {
  return {
    id: row.id,
    siteId: row.siteId,
    unitId: row.unitId,
    channel: row.channel,
    state: row.state as ConversationState,
    requester: {
      id: row.requesterId,
      nameMasked: opened.name === null ? null : maskName(opened.name),
      isIdentified: row.isIdentified,
    },
    assignee: opened.assignee,
    skillGroup: opened.skillGroup || null,
    lastText: opened.lastText === null ? null : presentLastText(opened.lastText),
    lastFrom: row.lastFrom as Sender,
    lastAt: row.lastAt.toISOString(),
    lastSeq: row.lastSeq,
    unread: row.unreadCount,
    openedAt: row.openedAt.toISOString(),
    version: row.version,
    ...(row.state === 'queued' && row.queuedAt ? { waitingSince: row.queuedAt.toISOString() } : {}),
    ...(row.handoverReason === null ? {} : { handoverReason: row.handoverReason }),
  };
}

/** Masked first, then cut: a number cut in two would no longer be recognised. */
function presentLastText(text: string): string {
  return [...maskText(text)].slice(0, LAST_TEXT_CHARACTERS).join('');
}
