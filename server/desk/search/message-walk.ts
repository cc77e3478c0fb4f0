import { portable, type Db } from '../../platform/persistence/index.ts';
import { REKEY_LIMITS, type IndexWalk } from '../../platform/rekey/index.ts';
import { openTexts } from '../sealed-texts.ts';
import { MESSAGE_WORDS } from './message-indexer.ts';
import { putMessageTokens, type UnindexedRow } from './message-token.repo.ts';
import { NO_ID, record, walked, type WalkDeps } from './walk.ts';

/** On Oracle a message has a row for each token, all of one version, and a span may end between them. */
const spanOf = (
  distinct: string,
) => `(SELECT${distinct} q.conversation_id, q.opened_month, q.seq, q.index_version FROM
    (SELECT k.conversation_id, k.opened_month, k.seq, k.index_version FROM message_token k
      WHERE k.conversation_id >= :lastConversation AND (k.conversation_id > :lastConversation OR k.seq > :lastSeq)
      ORDER BY k.conversation_id, k.seq FETCH FIRST :span ROWS ONLY) q) p`;
type Span = { lastConversation: string; lastSeq: number; span: number };
const SPAN_KINDS = { lastConversation: 'uuid', lastSeq: 'int', span: 'int' } as const;
const countSql = (distinct: string) =>
  `SELECT COUNT(*) AS row_count FROM ${spanOf(distinct)} WHERE p.index_version <> :version`;
const OTHERS = portable<Span & { version: number }, { rowCount: number }>(
  'message_token.other_version',
  { postgres: countSql(''), oracle: countSql(' DISTINCT') },
  { params: { ...SPAN_KINDS, version: 'int' }, result: { rowCount: 'int' } },
);
const SPAN_END = portable<Span, { conversationId: string; seq: number }>(
  'message_token.span_end',
  `SELECT p.conversation_id, p.seq FROM ${spanOf('')}
    ORDER BY p.conversation_id DESC, p.seq DESC FETCH FIRST 1 ROWS ONLY`,
  { params: SPAN_KINDS, result: { conversationId: 'uuid', seq: 'int' } },
);
const pageSql = (distinct: string) => `SELECT m.conversation_id, m.opened_month, m.seq, m.id, m.at, m.body_enc
  FROM ${spanOf(distinct)} JOIN message m
    ON m.conversation_id = p.conversation_id AND m.opened_month = p.opened_month AND m.seq = p.seq
  WHERE p.index_version <> :version ORDER BY p.conversation_id, p.seq FETCH FIRST :limit ROWS ONLY`;
const PAGE = portable<Span & { version: number; limit: number }, UnindexedRow>(
  'message_token.hash_page',
  { postgres: pageSql(''), oracle: pageSql(' DISTINCT') },
  {
    params: { ...SPAN_KINDS, version: 'int', limit: 'int' },
    result: {
      ...{ conversationId: 'uuid', openedMonth: 'int', seq: 'int', id: 'uuid', at: 'instant' },
      bodyEnc: 'sealed',
    },
  },
);
const ONE_REMOVE = 'DELETE FROM message_token WHERE conversation_id = :conversationId AND seq = :seq';
const REMOVE = portable<{ conversationId: string; seq: number }>(
  'message_token.remove_old',
  {
    postgres: ONE_REMOVE,
    postgresMany: `DELETE FROM message_token USING
        unnest(CAST(:conversationId AS uuid[]), CAST(:seq AS bigint[])) AS f (conversation_id, seq)
      WHERE message_token.conversation_id = f.conversation_id AND message_token.seq = f.seq`,
    oracle: ONE_REMOVE,
  },
  { params: { conversationId: 'uuid', seq: 'int' } },
);

/** A place in the table as a checkpoint keeps it: conversation and number, behind a bar. */
function placeOf(after: string | null): Span {
  const [lastConversation = NO_ID, lastSeq = '0'] = (after ?? '').split('/').filter(Boolean);
  return { lastConversation, lastSeq: Number(lastSeq), span: REKEY_LIMITS.spanRows };
}

async function spanEnd(db: Db, place: Span): Promise<string | null> {
  const last = await db.one(SPAN_END, place);
  return last === undefined ? null : `${last.conversationId}/${last.seq}`;
}

/** Messages never change, so tokens made of what was read are right; those of an erased person are not made again. */
export function messageWalk({ uow, crypto }: WalkDeps): IndexWalk {
  return {
    name: 'message',
    async countSpan(db, version, after) {
      const place = placeOf(after);
      const rows = (await db.one(OTHERS, { ...place, version }))?.rowCount ?? 0;
      return { rows, after: await spanEnd(db, place) };
    },
    async page(after, limit) {
      const place = placeOf(after);
      const { rows, end } = await uow.read(async (db) => {
        const found = await db.all(PAGE, { version: crypto.indexVersion, ...place, limit });
        const last = found.length === limit ? found.at(-1) : undefined;
        const behind = last === undefined ? await spanEnd(db, place) : `${last.conversationId}/${last.seq}`;
        return { rows: found, end: behind };
      });
      const texts = await openTexts(
        crypto,
        rows.map(({ id, bodyEnc }) => ({
          cell: { table: 'message', column: 'body_enc', rowId: id },
          envelope: bodyEnc,
        })),
      );
      const changes = rows.flatMap(({ conversationId, openedMonth, seq, id: messageId, at }, index) => {
        const [text = null, { indexVersion }] = [texts[index], crypto];
        if (text === null) return [];
        const tokens = crypto.wordTokens(MESSAGE_WORDS, text);
        return [{ conversationId, openedMonth, seq, messageId, at, indexVersion, tokens }];
      });
      await record(uow, 'message', changes.length, async (tx) => {
        await tx.runMany(
          REMOVE,
          changes.map(({ conversationId, seq }) => ({ conversationId, seq })),
        );
        await putMessageTokens(tx, changes);
      });
      return walked(rows, changes.length, end);
    },
  };
}
