import {
  col,
  defineEntity,
  insert,
  portable,
  type Db,
  type RowOf,
  type Tx,
} from '../../platform/persistence/index.ts';

/** How a closed conversation felt; moods are -1000 to 1000, urgency 0 to 1000, of the requester's messages. */
export const conversationMoodEntity = defineEntity(
  'conversation_mood',
  {
    conversationId: col.uuid(),
    unitId: col.uuid(),
    agentId: col.uuid().optional(),
    firstMood: col.int(),
    lastMood: col.int(),
    lowestMood: col.int(),
    urgency: col.int(),
    emotion: col.text(20).optional(),
    calmed: col.flag(),
    closedAt: col.instant(),
  },
  { primaryKey: ['conversationId'] },
);

/** Row of `conversation_mood`. `calmed`: an approved opening was used. */
export type ConversationMoodRow = RowOf<typeof conversationMoodEntity>;

/** What a closed conversation praises (1) or blames (-1). */
export const conversationOpinionEntity = defineEntity(
  'conversation_opinion',
  {
    conversationId: col.uuid(),
    aspect: col.text(20),
    polarity: col.int(),
    unitId: col.uuid(),
    agentId: col.uuid().optional(),
    closedAt: col.instant(),
  },
  { primaryKey: ['conversationId', 'aspect'] },
);

/** Row of `conversation_opinion`. */
export type ConversationOpinionRow = RowOf<typeof conversationOpinionEntity>;

const MOOD_INSERT = insert(conversationMoodEntity);
const OPINION_INSERT = insert(conversationOpinionEntity);
const MOOD_KNOWN = portable<{ conversationId: string }, { conversationId: string }>(
  'conversation_mood.known',
  'SELECT conversation_id FROM conversation_mood WHERE conversation_id = :conversationId',
  { params: { conversationId: 'uuid' }, result: { conversationId: 'uuid' } },
);

/** Tells whether a conversation was read. */
export async function isRead(db: Db, conversationId: string): Promise<boolean> {
  return (await db.one(MOOD_KNOWN, { conversationId })) !== undefined;
}

/** Stores what a conversation said. */
export async function insertOpinions(
  tx: Tx,
  mood: ConversationMoodRow,
  opinions: ConversationOpinionRow[],
): Promise<void> {
  await tx.run(MOOD_INSERT, mood);
  await tx.runMany(OPINION_INSERT, opinions);
}
