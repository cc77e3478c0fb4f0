import { type Before, beforeKey, FROM_NEWEST, fromKey, type Page } from '../../kernel/index.ts';
import { maskName, maskText, matchesSearch, type Crypto } from '../../platform/crypto/index.ts';
import {
  portable,
  SCOPE_PARAMS,
  scopeParams,
  withinScope,
  type Db,
  type ScopeParams,
} from '../../platform/persistence/index.ts';
import type { Viewer } from '../conversations/conversation.access.ts';
import type { ConversationState } from '../conversations/conversation.entity.ts';
import { scanPage } from '../scan.ts';
import { openTexts } from '../sealed-texts.ts';
import { tokenParams } from '../tickets/ticket.repo.ts';
import { MESSAGE_WORDS } from './message-indexer.ts';
import { snippetOf } from './snippet.ts';

/** Candidates decrypted for one page, and terms of a query that are asked for. */
export const MESSAGE_SEARCH_LIMITS = { candidates: 500, terms: 64 } as const;

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
const NEWEST_FIRST = `k.at <= :beforeAt AND (k.at < :beforeAt OR k.message_id < :beforeId)
  ORDER BY k.at DESC, k.message_id DESC FETCH FIRST :limit ROWS ONLY`;

const MESSAGE_SEARCH = portable<SearchParams, HitRow>(
  'message_token.search',
  {
    postgres: `SELECT ${COLUMNS} FROM message_token k ${JOINS}
      WHERE k.tokens @> CAST(:tokens AS bigint[]) AND ${VISIBLE} AND ${NEWEST_FIRST}`,
    oracle: `SELECT ${COLUMNS}
      FROM (SELECT h.conversation_id, h.opened_month, h.seq, h.message_id, h.at FROM message_token h
          WHERE h.tokens IN (SELECT j.token FROM JSON_TABLE(:list, '$[*]' COLUMNS (token NUMBER PATH '$')) j)
          GROUP BY h.conversation_id, h.opened_month, h.seq, h.message_id, h.at
          HAVING COUNT(*) = :tokenCount) k ${JOINS}
      WHERE ${VISIBLE} AND ${NEWEST_FIRST}`,
  },
  {
    params: {
      ...{ tokens: 'tokens', list: 'clob', tokenCount: 'int', limit: 'int' },
      ...{ beforeAt: 'instant', beforeId: 'uuid', seesAll: 'flag', accountId: 'uuid', groupIds: 'uuid' },
      ...SCOPE_PARAMS,
    },
    result: {
      ...{ messageId: 'uuid', conversationId: 'uuid', seq: 'int', sender: 'text', at: 'instant' },
      ...{ bodyEnc: 'sealed', state: 'text', requesterId: 'uuid', nameEnc: 'sealed', isIdentified: 'flag' },
    },
  },
);

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
  const tokens = crypto.wordTokens(MESSAGE_WORDS, text).slice(0, MESSAGE_SEARCH_LIMITS.terms);
  if (tokens.length === 0) return { items: [] };
  const { accountId, groupIds, seesAll, scope } = viewer;
  const fixed = { accountId, groupIds: [...groupIds], seesAll, ...scopeParams(scope) };
  const page = await scanPage<HitRow, [number, string], { row: HitRow; text: string }>({
    limit: query.limit,
    candidatesMax: MESSAGE_SEARCH_LIMITS.candidates,
    after: before === FROM_NEWEST ? undefined : beforeKey(before.beforeAt, before.beforeId),
    fetch: (after, limit) =>
      db.all(MESSAGE_SEARCH, {
        ...{ ...fixed, ...tokenParams(tokens), tokenCount: tokens.length, limit },
        ...(after ? fromKey(after) : FROM_NEWEST),
      }),
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
