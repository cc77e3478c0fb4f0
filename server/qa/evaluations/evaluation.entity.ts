import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';
import type { Evidence } from '../judging/qa.rules.ts';

/** How a score came about: by rules alone, or looked at by an inspector. */
export type EvaluationState = 'automatic' | 'manual';

/** One filled score card; each closed conversation has one. */
export const evaluationEntity = defineEntity(
  'evaluation',
  {
    id: col.uuid(),
    conversationId: col.uuid(),
    /** The agent who had the conversation last; nobody when it stayed with the robot or in the queue. */
    agentId: col.uuid().optional(),
    /** Of the conversation that was judged. */
    unitId: col.uuid(),
    scoreCardId: col.uuid(),
    scoreCardVersion: col.int(),
    /** 0 to 100; null when no criterion applied. */
    score: col.int().optional(),
    state: col.text(20),
    isFatal: col.flag(),
    findingsCount: col.int(),
    evaluatedAt: col.instant(),
    rescoredBy: col.uuid().optional(),
    rescoredAt: col.instant().optional(),
    reasonEnc: col.sealed({ class: 'C2', scope: 'requester' }).optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `evaluation`. */
export type EvaluationRow = RowOf<typeof evaluationEntity>;

/** What one criterion came to in an evaluation. */
export const evaluationCriterionEntity = defineEntity(
  'evaluation_criterion',
  {
    evaluationId: col.uuid(),
    criterionId: col.text(64),
    points: col.int().optional(),
    isMet: col.flag().optional(),
    evidence: col.json<Evidence[]>(),
    remarkEnc: col.sealed({ class: 'C2', scope: 'requester' }).optional(),
  },
  { primaryKey: ['evaluationId', 'criterionId'] },
);

/** Row of `evaluation_criterion`. */
export type EvaluationCriterionRow = RowOf<typeof evaluationCriterionEntity>;

/** Place of an inspector's reason. */
export function reasonCell(evaluationId: string) {
  return { table: 'evaluation', column: 'reason_enc', rowId: evaluationId };
}

/** Place of an inspector's remark; the key of its row has two parts. */
export function remarkCell(evaluationId: string, criterionId: string) {
  return { table: 'evaluation_criterion', column: 'remark_enc', rowId: `${evaluationId}/${criterionId}` };
}
