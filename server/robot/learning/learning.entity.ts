import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** Whose idea a proposal was. `chosen`: the requester picked the article when asked back; `used`: an agent answered with it. */
export type ProposalSource = 'agent' | 'chosen' | 'used' | 'model' | 'cluster';
/** `similar`: another wording of an article; `article`: something nobody wrote an article for. */
export type ProposalKind = 'similar' | 'article';
/** What became of it. */
export type ProposalState = 'open' | 'accepted' | 'rejected';

/** What the robot would like to learn: codes and references, never a text; the texts stay in their conversations. */
export const learningProposalEntity = defineEntity(
  'learning_proposal',
  {
    id: col.uuid(),
    locale: col.text(10),
    kind: col.text(10),
    source: col.text(10),
    state: col.text(10),
    articleId: col.uuid().optional(),
    scorePpm: col.int(),
    batchId: col.uuid().optional(),
    createdAt: col.instant(),
    decidedBy: col.text(64).optional(),
    decidedAt: col.instant().optional(),
    version: col.int(),
    askedCount: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `learning_proposal`; `askedCount` of the messages its night read said it, those it does not show as well. */
export type LearningProposalRow = RowOf<typeof learningProposalEntity>;

/** A message that a proposal came from; `isReply` marks the agent's answer to it. */
export const learningMemberEntity = defineEntity(
  'learning_member',
  {
    id: col.uuid(),
    proposalId: col.uuid(),
    position: col.int(),
    conversationId: col.uuid(),
    messageSeq: col.int(),
    isReply: col.flag(),
  },
  { primaryKey: ['id'] },
);

/** Row of `learning_member`. */
export type LearningMemberRow = RowOf<typeof learningMemberEntity>;

/** One night's look at what the robot could not answer, with what its proposals would change. */
export const learningBatchEntity = defineEntity(
  'learning_batch',
  {
    id: col.uuid(),
    locale: col.text(10),
    toAt: col.instant(),
    toId: col.uuid(),
    turnCount: col.int(),
    proposalCount: col.int(),
    measuredCount: col.int(),
    rightBefore: col.int(),
    rightAfter: col.int(),
    createdAt: col.instant(),
    guardCount: col.int(),
    guardsBefore: col.int(),
    guardsAfter: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `learning_batch`. Of `measuredCount` approved wordings hidden from it, so many found their article; of `guardCount` guarding
 * questions so many were right. */
export type LearningBatchRow = RowOf<typeof learningBatchEntity>;
