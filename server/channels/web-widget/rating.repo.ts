import type { Ids } from '../../kernel/index.ts';
import type { ConversationRow } from '../../desk/index.ts';
import {
  col,
  defineEntity,
  insert,
  ownedRows,
  portable,
  recount,
  recountMany,
  type Counted,
  type OwnedRows,
  type RowOf,
  type Tx,
} from '../../platform/persistence/index.ts';

/** What a visitor thought of a conversation, said once. */
export const ratingEntity = defineEntity(
  'conversation_rating',
  {
    conversationId: col.uuid(),
    score: col.int(),
    commentEnc: col.sealed({ class: 'C2', scope: 'requester' }).optional(),
    at: col.instant(),
  },
  { primaryKey: ['conversationId'] },
);

type CountedRating = Pick<ConversationRow, 'openedAt' | 'firstUnitId'> & { score: number };

const RATING_INSERT = insert(ratingEntity);
const OWNED = ownedRows(ratingEntity, {
  key: 'conversationId',
  rowId: (row) => row['conversationId'] as string,
});
const OF_CONVERSATIONS = portable<{ ids: readonly string[] }, CountedRating>(
  'conversation_rating.figures',
  `SELECT rating.score, c.opened_at, c.first_unit_id FROM conversation_rating rating
    JOIN conversation c ON c.id = rating.conversation_id WHERE rating.conversation_id IN (:ids...)`,
  { params: { ids: 'uuid' }, result: { score: 'int', openedAt: 'instant', firstUnitId: 'uuid' } },
);

/** Reports count a rating where and when its conversation was opened. */
function figuresOf({ score, openedAt: at, firstUnitId: unitId }: CountedRating): Counted[] {
  return [
    { figure: 'rating.sum', at, unitId, amount: score },
    { figure: 'rating.count', at, unitId, amount: 1 },
  ];
}

/** Inserts and counts a rating; a second one of the same conversation is a `DatabaseConflict`. */
export async function insertRating(
  tx: Tx,
  ids: Ids,
  { row, conversation }: { row: RowOf<typeof ratingEntity>; conversation: Readonly<ConversationRow> },
): Promise<void> {
  await tx.run(RATING_INSERT, row);
  const { openedAt, firstUnitId } = conversation;
  recount(tx, ids, { before: [], after: figuresOf({ score: row.score, openedAt, firstUnitId }) });
}

/** Ratings as they go with their conversations, which are still there then, and leave the counters. */
export function ratingRows(ids: Ids): OwnedRows {
  return {
    ...OWNED,
    async remove(tx, conversationIds) {
      const gone = await tx.all(OF_CONVERSATIONS, { ids: conversationIds });
      await recountMany(tx, ids, { before: gone.flatMap(figuresOf), after: [] });
      return OWNED.remove(tx, conversationIds);
    },
  };
}
