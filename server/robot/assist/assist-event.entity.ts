import {
  col,
  defineEntity,
  insert,
  portable,
  type Db,
  type RowOf,
  type Tx,
} from '../../platform/persistence/index.ts';

/** What became of a suggestion to an agent: shown, used, edited, or ignored. */
export const assistEventEntity = defineEntity(
  'assist_event',
  {
    id: col.uuid(),
    conversationId: col.uuid(),
    articleId: col.uuid(),
    agentId: col.uuid(),
    outcome: col.text(20),
    at: col.instant(),
  },
  { primaryKey: ['id'] },
);

/** Row of `assist_event`. */
export type AssistEventRow = RowOf<typeof assistEventEntity>;

const ASSIST_INSERT = insert(assistEventEntity);
const ASSIST_KNOWN = portable<{ idList: string[] }, { id: string }>(
  'assist_event.known',
  'SELECT id FROM assist_event WHERE id IN (:idList...)',
  { params: { idList: 'uuid' }, result: { id: 'uuid' } },
);

/** Stores the events whose ids are not there yet; gives how many were new. */
export async function insertNewEvents(tx: Tx, rows: AssistEventRow[]): Promise<number> {
  if (rows.length === 0) return 0;
  const known = await tx.all(ASSIST_KNOWN, { idList: rows.map(({ id }) => id) });
  const fresh = rows.filter(({ id }) => !known.some((row) => row.id === id));
  return tx.runMany(ASSIST_INSERT, fresh);
}

const ASSIST_SAID = portable<{ conversationId: string }, { articleId: string }>(
  'assist_event.said',
  `SELECT DISTINCT article_id FROM assist_event
    WHERE conversation_id = :conversationId AND outcome IN ('used', 'edited')
    ORDER BY article_id FETCH FIRST 100 ROWS ONLY`,
  { params: { conversationId: 'uuid' }, result: { articleId: 'uuid' } },
);

/** Articles an agent answered with in a conversation, at most a hundred. */
export async function listSaidArticles(db: Db, conversationId: string): Promise<string[]> {
  return (await db.all(ASSIST_SAID, { conversationId })).map(({ articleId }) => articleId);
}

/** Tells whether an event is stored. */
export async function hasAssistEvent(db: Db, id: string): Promise<boolean> {
  return (await db.all(ASSIST_KNOWN, { idList: [id] })).length > 0;
}
