import { portable, type Db, type OwnedRows } from '../../platform/persistence/index.ts';
import type { TechnicalDb } from '../../platform/jobs/index.ts';

/** Senders whose words are found. What robot and system say stands in articles and templates. */
export const INDEXED_SENDERS = ['requester', 'agent'] as const;

/** A message to be found, with its tokens. */
export interface TokenRow {
  conversationId: string;
  openedMonth: number;
  seq: number;
  messageId: string;
  at: Date;
  indexVersion: number;
  tokens: readonly bigint[];
}

/**
 * Many messages in one statement. A message that is indexed already, whose conversation is gone, or whose requester
 * was erased is left out. Oracle, which has no arrays, keeps a row for each token; the token 0 stands for none.
 */
const TOKENS_PUT = portable<{ list: string }>(
  'message_token.put',
  {
    postgres: `INSERT INTO message_token
        (conversation_id, opened_month, seq, message_id, at, index_version, tokens)
      SELECT x.c, x.o, x.s, x.m, x.a, x.v, CAST(x.t AS bigint[])
      FROM json_to_recordset(CAST(:list AS json))
        AS x(c uuid, o bigint, s bigint, m uuid, a timestamp, v bigint, t text)
      WHERE EXISTS (SELECT 1 FROM conversation k JOIN crypto_dek d ON d.id = k.dek_id
        WHERE k.id = x.c AND d.state <> 'destroyed')
      ON CONFLICT DO NOTHING`,
    oracle: `INSERT INTO message_token
        (conversation_id, opened_month, seq, message_id, at, index_version, tokens)
      SELECT x.c, x.o, x.s, x.m, TO_TIMESTAMP(x.a, 'YYYY-MM-DD"T"HH24:MI:SS.FF3'), x.v, x.t
      FROM JSON_TABLE(:list, '$[*]' COLUMNS (c VARCHAR2(36) PATH '$.c', o NUMBER PATH '$.o', s NUMBER PATH '$.s',
        m VARCHAR2(36) PATH '$.m', a VARCHAR2(30) PATH '$.a', v NUMBER PATH '$.v',
        NESTED PATH '$.n[*]' COLUMNS (t NUMBER PATH '$'))) x
      WHERE EXISTS (SELECT 1 FROM conversation k JOIN crypto_dek d ON d.id = k.dek_id
        WHERE k.id = x.c AND d.state <> 'destroyed')
      AND NOT EXISTS (SELECT 1 FROM message_token h WHERE h.conversation_id = x.c AND h.seq = x.s)`,
  },
  { params: { list: 'clob' } },
);
const TOKENS_REMOVE = portable<{ ids: readonly string[] }>(
  'message_token.remove_owned',
  'DELETE FROM message_token WHERE conversation_id IN (:ids...)',
  { params: { ids: 'uuid' } },
);

/** Tokens go with their conversation; made from its words, so the archive needs none. */
export const MESSAGE_TOKEN_ROWS: OwnedRows = {
  table: 'message_token',
  remove: (tx, ids) => tx.run(TOKENS_REMOVE, { ids }),
};

/** Writes the tokens of messages; the same again changes nothing. */
export async function putMessageTokens(
  db: Pick<TechnicalDb, 'run'>,
  rows: readonly TokenRow[],
): Promise<void> {
  if (rows.length > 0) await db.run(TOKENS_PUT, { list: toJson(rows) });
}

/** Numbers beyond 2^53 stay exact as text; the text serves both databases. */
function toJson(rows: readonly TokenRow[]): string {
  const objects = rows.map(({ conversationId, openedMonth, seq, messageId, at, indexVersion, tokens }) => {
    const places = { c: conversationId, o: openedMonth, s: seq, m: messageId, v: indexVersion };
    const head = JSON.stringify({ ...places, a: at.toISOString().slice(0, -1) }).slice(0, -1);
    const list = tokens.join(',');
    return `${head},"t":"{${list}}","n":[${list === '' ? '0' : list}]}`;
  });
  return `[${objects.join(',')}]`;
}

/** A conversation that somebody wrote in since an instant. */
export interface TouchedRow {
  id: string;
  openedAt: Date;
}
const TOUCHED = portable<{ since: Date; afterAt: Date; afterId: string; limit: number }, TouchedRow>(
  'message_token.touched',
  `SELECT c.id, c.opened_at FROM conversation c
    WHERE c.last_at >= :since AND c.opened_at >= :afterAt AND (c.opened_at > :afterAt OR c.id > :afterId)
    ORDER BY c.opened_at, c.id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { since: 'instant', afterAt: 'instant', afterId: 'uuid', limit: 'int' },
    result: { id: 'uuid', openedAt: 'instant' },
  },
);

/** A message without tokens. */
export interface UnindexedRow {
  conversationId: string;
  openedMonth: number;
  seq: number;
  id: string;
  at: Date;
  bodyEnc: Buffer;
}
const UNINDEXED = portable<
  { ids: readonly string[]; lastConversation: string; lastSeq: number; limit: number },
  UnindexedRow
>(
  'message_token.unindexed',
  `SELECT m.conversation_id, m.opened_month, m.seq, m.id, m.at, m.body_enc FROM message m
    WHERE m.conversation_id IN (:ids...) AND m.sender IN ('requester', 'agent')
      AND m.conversation_id >= :lastConversation AND (m.conversation_id > :lastConversation OR m.seq > :lastSeq)
      AND NOT EXISTS (SELECT 1 FROM message_token k
        WHERE k.conversation_id = m.conversation_id AND k.seq = m.seq)
    ORDER BY m.conversation_id, m.seq FETCH FIRST :limit ROWS ONLY`,
  {
    params: { ids: 'uuid', lastConversation: 'uuid', lastSeq: 'int', limit: 'int' },
    result: {
      conversationId: 'uuid',
      openedMonth: 'int',
      seq: 'int',
      id: 'uuid',
      at: 'instant',
      bodyEnc: 'sealed',
    },
  },
);

/** Conversations written in since an instant, in the order they were opened. */
export function listTouched(
  db: Db,
  query: { since: Date; afterAt: Date; afterId: string; limit: number },
): Promise<TouchedRow[]> {
  return db.all(TOUCHED, query);
}

/** Messages of these conversations that have no tokens, behind the last one seen. */
export function listUnindexed(
  db: Db,
  query: {
    ids: readonly string[];
    lastConversation: string;
    lastSeq: number;
    limit: number;
  },
): Promise<UnindexedRow[]> {
  return db.all(UNINDEXED, query);
}
