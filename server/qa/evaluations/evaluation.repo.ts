import type { DataScope, Ids } from '../../kernel/index.ts';
import {
  insert,
  portable,
  scopeParams,
  select,
  selectWithin,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import {
  evaluationCriterionEntity,
  evaluationEntity,
  type EvaluationCriterionRow,
  type EvaluationRow,
} from './evaluation.entity.ts';
import { countEvaluation } from './evaluation.figures.ts';

const EVALUATION_INSERT = insert(evaluationEntity);
const CRITERION_INSERT = insert(evaluationCriterionEntity);
const EVALUATION_WITHIN = selectWithin(evaluationEntity, { name: 'evaluation.within', owner: 'agent_id' });
const EVALUATION_EXISTS = portable<{ conversationId: string }, { id: string }>(
  'evaluation.of_conversation',
  'SELECT id FROM evaluation WHERE conversation_id = :conversationId',
  { params: { conversationId: 'uuid' }, result: { id: 'uuid' } },
);
const CRITERIA_OF = select(evaluationCriterionEntity, {
  name: 'evaluation_criterion.of',
  where: ['evaluationId'],
});
const EVALUATION_RESCORE = update(evaluationEntity, {
  name: 'evaluation.rescore',
  set: ['score', 'state', 'isFatal', 'findingsCount', 'rescoredBy', 'rescoredAt', 'reasonEnc', 'version'],
  where: ['id', 'version'],
});
const CRITERION_RESCORE = update(evaluationCriterionEntity, {
  name: 'evaluation_criterion.rescore',
  set: ['points', 'isMet', 'remarkEnc'],
  where: ['evaluationId', 'criterionId'],
});

/** Inserts an evaluation with its criteria. */
export async function insertEvaluation(
  tx: Tx,
  ids: Ids,
  { row, criteria }: { row: EvaluationRow; criteria: readonly EvaluationCriterionRow[] },
): Promise<void> {
  await tx.run(EVALUATION_INSERT, row);
  countEvaluation(tx, ids, { before: undefined, after: row });
  await tx.runMany(CRITERION_INSERT, criteria);
}

/** The evaluation, if it exists within the scope. */
export function findEvaluation(db: Db, id: string, scope: DataScope): Promise<EvaluationRow | undefined> {
  return db.one(EVALUATION_WITHIN, { id, ...scopeParams(scope) });
}

/** Id of a conversation's evaluation. */
export async function findEvaluationOf(db: Db, conversationId: string): Promise<string | undefined> {
  return (await db.one(EVALUATION_EXISTS, { conversationId }))?.id;
}

/** What the criteria of an evaluation came to, in no order. */
export function listCriteria(db: Db, evaluationId: string): Promise<EvaluationCriterionRow[]> {
  return db.all(CRITERIA_OF, { evaluationId });
}

/** Writes a new score over version `row.version - 1`; false when somebody was faster. */
export async function rescoreEvaluation(
  tx: Tx,
  ids: Ids,
  {
    before,
    row,
    criteria,
  }: { before: EvaluationRow; row: EvaluationRow; criteria: readonly EvaluationCriterionRow[] },
): Promise<boolean> {
  const { id, version, score, state, isFatal, findingsCount, rescoredBy, rescoredAt, reasonEnc } = row;
  const set = { score, state, isFatal, findingsCount, rescoredBy, rescoredAt, reasonEnc, version };
  const changed = await tx.run(EVALUATION_RESCORE, { ...set, whereId: id, whereVersion: version - 1 });
  if (changed !== 1) return false;
  countEvaluation(tx, ids, { before, after: row });
  await tx.runMany(
    CRITERION_RESCORE,
    criteria.map(({ criterionId, points, isMet, remarkEnc }) => ({
      ...{ points, isMet, remarkEnc },
      whereEvaluationId: id,
      whereCriterionId: criterionId,
    })),
  );
  return true;
}
