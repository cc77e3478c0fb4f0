import {
  col,
  defineEntity,
  insert,
  portable,
  type Db,
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

/** Stores a decision. */
export async function insertTurn(tx: Tx, row: RobotTurnRow): Promise<void> {
  await tx.run(TURN_INSERT, row);
}

/** The robot's last decision in a conversation. */
export function findLastTurn(
  db: Db,
  conversationId: string,
): Promise<Pick<RobotTurnRow, 'outcome' | 'reason' | 'candidates'> | undefined> {
  return db.one(TURN_LAST, { conversationId });
}
