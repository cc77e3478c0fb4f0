import { type Before, beforeKey, FROM_NEWEST, fromKey, type Page } from '../../kernel/index.ts';
import { maskName, maskText, matchesSearch, type Crypto } from '../../platform/crypto/index.ts';
import {
  portable,
  SCOPE_PARAMS,
  scopeParams,
  withinScope,
  type ColumnKind,
  type Db,
  type ScopeParams,
} from '../../platform/persistence/index.ts';
import type { Viewer } from '../conversations/conversation.access.ts';
import type { ConversationState } from '../conversations/conversation.entity.ts';
import { newestOf, scanPage } from '../scan.ts';
import { openTexts } from '../sealed-texts.ts';
import { tokenParams } from '../tickets/ticket.repo.ts';
import { MESSAGE_WORDS } from './message-indexer.ts';
import { snippetOf } from './snippet.ts';

/**
 * Candidates decrypted for one page, and terms of a query that are asked for. `probes`: newest messages that are looked through;
 * few, which tell how frequent a word is, then more, where those say that enough will be found.
 */
export const MESSAGE_SEARCH_LIMITS = { candidates: 500, terms: 64, probes: [500, 10_000] } as const;

/** A message that was found, masked, with the conversation it stands in. */
export interface MessageHit {
  /** The message's id. */
  id: string;
  conversationId: string;
  seq: number;
  from: string;
  at: string;
  /** The words around the first place that matches, masked. */
  snippet: string;
  state: ConversationState;
  requester: { id: string; nameMasked: string | null; isIdentified: boolean };
}

interface HitRow {
  messageId: string;
  conversationId: string;
  seq: number;
  sender: string;
  at: Date;
  bodyEnc: Buffer;
  state: string;
  requesterId: string;
  nameEnc: Buffer | null;
  isIdentified: boolean;
}

type SearchParams = Before &
  ScopeParams & {
    tokens: bigint[];
    list: string;
    tokenCount: number;
    limit: number;
    seesAll: boolean;
    accountId: string;
    groupIds: readonly string[];
  };

const COLUMNS = `m.id AS message_id, k.conversation_id, k.seq, m.sender, k.at, m.body_enc,
  c.state, c.requester_id, r.name_enc, r.is_identified`;
const JOINS = `JOIN conversation c ON c.id = k.conversation_id JOIN requester r ON r.id = c.requester_id
  JOIN message m ON m.conversation_id = k.conversation_id AND m.opened_month = k.opened_month AND m.seq = k.seq`;
/** What an agent sees besides the scope: the own conversations, and what waits for the own groups. */
const VISIBLE = `(:seesAll = 1 OR c.assignee_id = :accountId
    OR (c.state = 'queued' AND (c.skill_group_id IS NULL OR c.skill_group_id IN (:groupIds...))))
  AND ${withinScope('c', 'assignee_id')}`;
const BEHIND = 'k.at <= :beforeAt AND (k.at < :beforeAt OR k.message_id < :beforeId)';
const NEWEST = 'ORDER BY k.at DESC, k.message_id DESC';
const PLACE = 'k.conversation_id, k.opened_month, k.seq, k.message_id, k.at';
/** Oracle finds by its side table of tokens, whose index serves frequent and rare words alike. */
const ORACLE_SEARCH = `SELECT ${COLUMNS}
  FROM (SELECT h.conversation_id, h.opened_month, h.seq, h.message_id, h.at FROM message_token h
      WHERE h.tokens IN (SELECT j.token FROM JSON_TABLE(:list, '$[*]' COLUMNS (token NUMBER PATH '$')) j)
      GROUP BY h.conversation_id, h.opened_month, h.seq, h.message_id, h.at
      HAVING COUNT(*) = :tokenCount) k ${JOINS}
  WHERE ${VISIBLE} AND ${BEHIND} ${NEWEST} FETCH FIRST :limit ROWS ONLY`;
/**
 * A page of candidates in their order, with all that is shown of them. Looked up one by one with a limit, which no planner turns
 * into a join over every conversation; it ends when the page is full.
 */
const shownOf = (
  candidates: string,
) => `SELECT m.id AS message_id, f.conversation_id, f.seq, m.sender, f.at, m.body_enc,
    f.state, f.requester_id, r.name_enc, r.is_identified
  FROM (SELECT ${PLACE}, c.state, c.requester_id FROM (${candidates}) k
    CROSS JOIN LATERAL (SELECT q.state, q.requester_id, q.assignee_id, q.skill_group_id, q.unit_id FROM conversation q
      WHERE q.id = k.conversation_id FETCH FIRST 1 ROWS ONLY) c
    WHERE ${VISIBLE} ${NEWEST} FETCH FIRST :limit ROWS ONLY) f
  CROSS JOIN LATERAL (SELECT n.id, n.sender, n.body_enc FROM message n
    WHERE n.conversation_id = f.conversation_id AND n.opened_month = f.opened_month AND n.seq = f.seq
    FETCH FIRST 1 ROWS ONLY) m
  CROSS JOIN LATERAL (SELECT o.name_enc, o.is_identified FROM requester o WHERE o.id = f.requester_id
    FETCH FIRST 1 ROWS ONLY) r
  ORDER BY f.at DESC, f.message_id DESC`;
const SEARCH_PARAMS: Record<keyof SearchParams, ColumnKind> = {
  ...{ tokens: 'tokens', list: 'clob', tokenCount: 'int', limit: 'int' },
  ...{ beforeAt: 'instant', beforeId: 'uuid', seesAll: 'flag', accountId: 'uuid', groupIds: 'uuid' },
  ...SCOPE_PARAMS,
};
const SEARCH_RESULT: Record<keyof HitRow, ColumnKind> = {
  ...{ messageId: 'uuid', conversationId: 'uuid', seq: 'int', sender: 'text', at: 'instant' },
  ...{ bodyEnc: 'sealed', state: 'text', requesterId: 'uuid', nameEnc: 'sealed', isIdentified: 'flag' },
};
/** Frequent words: the newest messages one after the other. */
const SEARCH_NEWEST = portable<SearchParams & { probeRows: number }, HitRow>(
  'message_token.search_newest',
  {
    postgres: shownOf(`SELECT ${PLACE} FROM (SELECT ${PLACE}, k.tokens FROM message_token k
        WHERE ${BEHIND} ${NEWEST} FETCH FIRST :probeRows ROWS ONLY) k
      WHERE k.tokens @> CAST(:tokens AS bigint[])`),
    oracle: ORACLE_SEARCH,
  },
  { params: { ...SEARCH_PARAMS, probeRows: 'int' }, result: SEARCH_RESULT },
);
/** Rare words: all that have them by the index of tokens, and the newest of those. */
const SEARCH_ALL = portable<SearchParams, HitRow>(
  'message_token.search',
  {
    postgres: `WITH found AS MATERIALIZED (SELECT ${PLACE} FROM message_token k
        WHERE k.tokens @> CAST(:tokens AS bigint[]))
      ${shownOf(`SELECT ${PLACE} FROM found k WHERE ${BEHIND} ${NEWEST}`)}`,
    oracle: ORACLE_SEARCH,
  },
  { params: SEARCH_PARAMS, result: SEARCH_RESULT },
);

/**
 * Candidates by tokens, newest first. A frequent word is found among the newest messages; of a rare one the index names all.
 * The planner is left no choice: what it knows of a token's frequency it forgets in a plan it keeps.
 */
async function readByTokens(db: Db, params: SearchParams): Promise<HitRow[]> {
  const [few, many] = MESSAGE_SEARCH_LIMITS.probes;
  const { limit } = params;
  const newest = await db.all(SEARCH_NEWEST, { ...params, probeRows: few });
  if (newest.length >= limit) return newest;
  if (newest.length >= (limit * few) / many) {
    const more = await db.all(SEARCH_NEWEST, { ...params, probeRows: many });
    if (more.length >= limit) return more;
  }
  return db.all(SEARCH_ALL, params);
}

/**
 * Messages that hold every blank-separated piece of the text, newest first, of conversations the viewer may see.
 * Tokens find candidates, the re-check after decryption decides; a short page with a cursor goes on behind it.
 */
export async function searchMessages(
  crypto: Crypto,
  db: Db,
  query: { viewer: Viewer; text: string; before: Before; limit: number },
): Promise<Page<MessageHit>> {
  const { viewer, text, before } = query;
  const versions = crypto
    .searchTokens(MESSAGE_WORDS, text)
    .map((tokens) => tokens.slice(0, MESSAGE_SEARCH_LIMITS.terms));
  if (versions[0]?.length === 0) return { items: [] };
  const { accountId, groupIds, seesAll, scope } = viewer;
  const fixed = { accountId, groupIds: [...groupIds], seesAll, ...scopeParams(scope) };
  const page = await scanPage<HitRow, [number, string], { row: HitRow; text: string }>({
    limit: query.limit,
    candidatesMax: MESSAGE_SEARCH_LIMITS.candidates,
    after: before === FROM_NEWEST ? undefined : beforeKey(before.beforeAt, before.beforeId),
    fetch(after, limit) {
      const page = { ...fixed, limit, ...(after ? fromKey(after) : FROM_NEWEST) };
      const find = (tokens: bigint[]) =>
        readByTokens(db, { ...page, ...tokenParams(tokens), tokenCount: tokens.length });
      return newestOf(versions, limit, find, ({ at, messageId: id }) => ({ at, id }));
    },
    async check(rows) {
      const texts = await openTexts(crypto, rows.map(toBody));
      return rows.map((row, index) => {
        const found = texts[index] ?? '';
        return matchesSearch(found, text) ? { row, text: found } : undefined;
      });
    },
    keyOf: ({ at, messageId }) => beforeKey(at, messageId),
  });
  const names = await openTexts(
    crypto,
    page.items.map(({ row }) => ({
      cell: { table: 'requester', column: 'name_enc', rowId: row.requesterId },
      envelope: row.nameEnc,
    })),
  );
  return { ...page, items: page.items.map((found, index) => present(found, text, names[index] ?? null)) };
}

function toBody({ messageId, bodyEnc }: HitRow) {
  return { cell: { table: 'message', column: 'body_enc', rowId: messageId }, envelope: bodyEnc };
}

function present(
  { row, text }: { row: HitRow; text: string },
  query: string,
  name: string | null,
): MessageHit {
  return {
    ...{ id: row.messageId, conversationId: row.conversationId, seq: row.seq, from: row.sender },
    at: row.at.toISOString(),
    // Masked first, then cut: a number cut in two would no longer be recognised.
    snippet: snippetOf(maskText(text), query),
    state: row.state as ConversationState,
    requester: {
      id: row.requesterId,
      nameMasked: name === null ? null : maskName(name),
      isIdentified: row.isIdentified,
    },
  };
}
