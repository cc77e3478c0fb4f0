import type { Ids } from '../../kernel/index.ts';
import {
  col,
  defineEntity,
  insert,
  ownedRows,
  portable,
  recount,
  recountMany,
  type Counted,
  type Db,
  type OwnedRows,
  type RowOf,
  type Tx,
} from '../../platform/persistence/index.ts';

/** An article the robot thought of; its score is a share, 0 to 1. */
export interface TurnCandidate {
  id: string;
  score: number;
}

/** What the robot decided about one message: ids, codes, and numbers, never a text. The id is that of the event. */
export const robotTurnEntity = defineEntity(
  'robot_turn',
  {
    id: col.uuid(),
    conversationId: col.uuid(),
    messageSeq: col.int(),
    messageId: col.uuid(),
    locale: col.text(10),
    outcome: col.text(20),
    reason: col.text(40),
    confidencePpm: col.int(),
    candidates: col.json<TurnCandidate[]>(),
    articleId: col.uuid().optional(),
    articleVersion: col.int().optional(),
    modelHash: col.text(64),
    tookMs: col.int(),
    at: col.instant(),
  },
  { primaryKey: ['id'] },
);

/** Row of `robot_turn`. `outcome` is answer, clarify, fallback, or handoff; confidence in parts per million. */
export type RobotTurnRow = RowOf<typeof robotTurnEntity>;

const TURN_INSERT = insert(robotTurnEntity);
const OWNED = ownedRows(robotTurnEntity, { key: 'conversationId' });
const TURN_LAST = portable<
  { conversationId: string },
  { outcome: string; reason: string; candidates: TurnCandidate[] }
>(
  'robot_turn.last',
  `SELECT outcome, reason, candidates FROM robot_turn WHERE conversation_id = :conversationId
    ORDER BY message_seq DESC, id DESC FETCH FIRST 1 ROWS ONLY`,
  {
    params: { conversationId: 'uuid' },
    result: { outcome: 'text', reason: 'text', candidates: 'json' },
  },
);

interface CountedTurn {
  outcome: string;
  at: Date;
  /** Where its conversation was opened. */
  firstUnitId: string;
}
const OF_CONVERSATIONS = portable<{ ids: readonly string[] }, CountedTurn>(
  'robot_turn.figures',
  `SELECT turn.outcome, turn.at, c.first_unit_id FROM robot_turn turn
    JOIN conversation c ON c.id = turn.conversation_id
    WHERE turn.conversation_id IN (:ids...) AND turn.outcome IN ('answer', 'clarify')`,
  { params: { ids: 'uuid' }, result: { outcome: 'text', at: 'instant', firstUnitId: 'uuid' } },
);

/** Reports count answers and questions back, in their hour. */
function figuresOf({ outcome, at, firstUnitId: unitId }: CountedTurn): Counted[] {
  const isCounted = outcome === 'answer' || outcome === 'clarify';
  return isCounted ? [{ figure: `robot.${outcome}`, at, unitId, amount: 1 }] : [];
}

/** Stores a decision, and counts it in the unit where its conversation was opened. */
export async function insertTurn(
  tx: Tx,
  ids: Ids,
  { turn, firstUnitId }: { turn: RobotTurnRow; firstUnitId: string },
): Promise<void> {
  await tx.run(TURN_INSERT, turn);
  recount(tx, ids, { before: [], after: figuresOf({ ...turn, firstUnitId }) });
}

/** Decisions as they go with their conversations, which are still there then, and leave the counters. */
export function turnRows(ids: Ids): OwnedRows {
  return {
    ...OWNED,
    async remove(tx, conversationIds) {
      const gone = await tx.all(OF_CONVERSATIONS, { ids: conversationIds });
      await recountMany(tx, ids, { before: gone.flatMap(figuresOf), after: [] });
      return OWNED.remove(tx, conversationIds);
    },
  };
}

/** The robot's last decision in a conversation. */
export function findLastTurn(
  db: Db,
  conversationId: string,
): Promise<Pick<RobotTurnRow, 'outcome' | 'reason' | 'candidates'> | undefined> {
  return db.one(TURN_LAST, { conversationId });
}
