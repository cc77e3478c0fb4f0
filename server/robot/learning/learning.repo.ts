import { insert, portable, select, update, type Db, type Tx } from '../../platform/persistence/index.ts';
import {
  learningBatchEntity,
  learningMemberEntity,
  learningProposalEntity,
  type LearningBatchRow,
  type LearningMemberRow,
  type LearningProposalRow,
  type ProposalSource,
} from './learning.entity.ts';

const PROPOSAL_INSERT = insert(learningProposalEntity);
const MEMBER_INSERT = insert(learningMemberEntity);
const BATCH_INSERT = insert(learningBatchEntity);
const PROPOSAL_BY_ID = select(learningProposalEntity, { name: 'learning_proposal.by_id', where: ['id'] });
const PROPOSAL_DECIDE = update(learningProposalEntity, {
  name: 'learning_proposal.decide',
  set: ['state', 'articleId', 'decidedBy', 'decidedAt', 'version'],
  where: ['id', 'version'],
});
const BATCH_NEWEST = select(learningBatchEntity, {
  name: 'learning_batch.newest',
  where: ['locale'],
  orderBy: [['createdAt', 'desc']],
  limit: true,
});
const MEMBERS_OF = portable<{ idList: readonly string[] }, LearningMemberRow>(
  'learning_member.of_proposals',
  `SELECT id, proposal_id, position, conversation_id, message_seq, is_reply FROM learning_member
    WHERE proposal_id IN (:idList...) ORDER BY proposal_id, position`,
  {
    params: { idList: 'uuid' },
    result: {
      id: 'uuid',
      proposalId: 'uuid',
      position: 'int',
      conversationId: 'uuid',
      messageSeq: 'int',
      isReply: 'flag',
    },
  },
);
const MEMBER_KNOWN = portable<{ conversationId: string; messageSeq: number }, { proposalId: string }>(
  'learning_member.known',
  `SELECT proposal_id FROM learning_member
    WHERE conversation_id = :conversationId AND message_seq = :messageSeq AND is_reply = 0
    ORDER BY proposal_id FETCH FIRST 1 ROWS ONLY`,
  { params: { conversationId: 'uuid', messageSeq: 'int' }, result: { proposalId: 'uuid' } },
);

/** A turn that did not end with an answer of the robot's own, and the turn after it in the conversation. */
export interface MissedTurn {
  id: string;
  conversationId: string;
  messageSeq: number;
  outcome: string;
  reason: string;
  at: Date;
}

const TURNS_MISSED = portable<
  { locale: string; afterAt: Date; afterId: string; beforeAt: Date; limit: number },
  MissedTurn
>(
  'robot_turn.missed',
  `SELECT id, conversation_id, message_seq, outcome, reason, at FROM robot_turn
    WHERE locale = :locale AND outcome IN ('fallback', 'handoff', 'clarify') AND at < :beforeAt
      AND (at > :afterAt OR (at = :afterAt AND id > :afterId))
    ORDER BY at, id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { locale: 'text', afterAt: 'instant', afterId: 'uuid', beforeAt: 'instant', limit: 'int' },
    result: {
      id: 'uuid',
      conversationId: 'uuid',
      messageSeq: 'int',
      outcome: 'text',
      reason: 'text',
      at: 'instant',
    },
  },
);

const TURN_CHOSEN = portable<
  { conversationId: string; afterSeq: number },
  { articleId: string | null; reason: string }
>(
  'robot_turn.chosen',
  `SELECT article_id, reason FROM robot_turn
    WHERE conversation_id = :conversationId AND message_seq > :afterSeq
    ORDER BY message_seq, id FETCH FIRST 1 ROWS ONLY`,
  {
    params: { conversationId: 'uuid', afterSeq: 'int' },
    result: { articleId: 'uuid', reason: 'text' },
  },
);
const ASSIST_USED = portable<{ conversationId: string; fromAt: Date }, { articleId: string }>(
  'assist_event.used',
  `SELECT article_id FROM assist_event
    WHERE conversation_id = :conversationId AND outcome = 'used' AND at >= :fromAt
    ORDER BY at, id FETCH FIRST 1 ROWS ONLY`,
  { params: { conversationId: 'uuid', fromAt: 'instant' }, result: { articleId: 'uuid' } },
);

/** The article a person named for a missed question: the requester picked it when asked back, or an agent answered with it. */
export async function findLabel(
  db: Db,
  { conversationId, messageSeq, outcome, at }: MissedTurn,
): Promise<{ articleId: string; source: ProposalSource } | undefined> {
  if (outcome === 'clarify') {
    const next = await db.one(TURN_CHOSEN, { conversationId, afterSeq: messageSeq });
    const isChosen = next?.reason === 'exact' && next.articleId !== null;
    return isChosen ? { articleId: next.articleId!, source: 'chosen' } : undefined;
  }
  const used = await db.one(ASSIST_USED, { conversationId, fromAt: at });
  return used && { articleId: used.articleId, source: 'used' };
}

/** Adds a proposal with its messages. */
export async function insertProposal(
  tx: Tx,
  row: LearningProposalRow,
  members: LearningMemberRow[],
): Promise<void> {
  await tx.run(PROPOSAL_INSERT, row);
  await tx.runMany(MEMBER_INSERT, members);
}

/** One proposal. */
export function findProposal(db: Db, id: string): Promise<LearningProposalRow | undefined> {
  return db.one(PROPOSAL_BY_ID, { id });
}

/** Writes the decision unless somebody was faster; tells whether it was written. */
export async function decideProposal(tx: Tx, row: LearningProposalRow, version: number): Promise<boolean> {
  const { state, articleId, decidedBy, decidedAt, id } = row;
  const change = { state, articleId, decidedBy, decidedAt, version: version + 1 };
  return (await tx.run(PROPOSAL_DECIDE, { ...change, whereId: id, whereVersion: version })) === 1;
}

/** The messages of these proposals, at most 500 of them, in their order. */
export function listMembers(db: Db, idList: readonly string[]): Promise<LearningMemberRow[]> {
  return idList.length === 0 ? Promise.resolve([]) : db.all(MEMBERS_OF, { idList });
}

/** Tells whether a message stands in a proposal already. */
export async function isProposed(db: Db, conversationId: string, messageSeq: number): Promise<boolean> {
  return (await db.one(MEMBER_KNOWN, { conversationId, messageSeq })) !== undefined;
}

/** Adds the record of one night. */
export async function insertBatch(tx: Tx, row: LearningBatchRow): Promise<void> {
  await tx.run(BATCH_INSERT, row);
}

/** The last night of a language. */
export function findNewestBatch(db: Db, locale: string): Promise<LearningBatchRow | undefined> {
  return db.one(BATCH_NEWEST, { locale, limit: 1 });
}

/** Turns without an answer after a position, oldest first. */
export function listMissedTurns(
  db: Db,
  range: { locale: string; afterAt: Date; afterId: string; beforeAt: Date; limit: number },
): Promise<MissedTurn[]> {
  return db.all(TURNS_MISSED, range);
}
