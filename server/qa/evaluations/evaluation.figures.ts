import type { Ids } from '../../kernel/index.ts';
import {
  portable,
  recount,
  recountMany,
  unitRows,
  type Counted,
  type OwnedRows,
  type Tx,
  type UnitRows,
} from '../../platform/persistence/index.ts';
import type { EvaluationRow } from './evaluation.entity.ts';

type CountedEvaluation = Pick<EvaluationRow, 'unitId' | 'evaluatedAt' | 'score'>;

const COUNTED = { id: 'uuid', unitId: 'uuid', evaluatedAt: 'instant', score: 'int' } as const;
const LOCKED = portable<{ ids: readonly string[] }, CountedEvaluation & { id: string }>(
  'evaluation.lock_figures',
  'SELECT id, unit_id, evaluated_at, score FROM evaluation WHERE id IN (:ids...) FOR UPDATE',
  { params: { ids: 'uuid' }, result: COUNTED },
);
const LOCKED_OWNED = portable<{ ids: readonly string[] }, CountedEvaluation & { id: string }>(
  'evaluation.lock_owned',
  'SELECT id, unit_id, evaluated_at, score FROM evaluation WHERE conversation_id IN (:ids...) FOR UPDATE',
  { params: { ids: 'uuid' }, result: COUNTED },
);
const OF_UNIT = portable<{ unitId: string; limit: number }, { id: string }>(
  'evaluation.ids_of_unit',
  'SELECT id FROM evaluation WHERE unit_id = :unitId FETCH FIRST :limit ROWS ONLY',
  { params: { unitId: 'uuid', limit: 'int' }, result: { id: 'uuid' } },
);
/** The version moves as well: who scores again by the version read before has the right unit. */
const GIVE = portable<{ ids: readonly string[]; toId: string }>(
  'evaluation.give_to_unit',
  'UPDATE evaluation SET unit_id = :toId, version = version + 1 WHERE id IN (:ids...)',
  { params: { ids: 'uuid', toId: 'uuid' } },
);

/** What reports count of an evaluation, in its hour and present unit: its points, and that it has some. */
function figuresOf({ unitId, evaluatedAt: at, score }: CountedEvaluation): Counted[] {
  if (score === null) return [];
  return [
    { figure: 'score.sum', at, unitId, amount: score },
    { figure: 'score.count', at, unitId, amount: 1 },
  ];
}

/** Counts an evaluation with the unit of work that makes it, or scores it again; `before` is undefined for a new one. */
export function countEvaluation(
  tx: Tx,
  ids: Ids,
  { before, after }: { before: CountedEvaluation | undefined; after: CountedEvaluation },
): void {
  recount(tx, ids, { before: before ? figuresOf(before) : [], after: figuresOf(after) });
}

/** Takes evaluations out of the counters before they go with their conversations. */
export function uncountingEvaluations(rows: OwnedRows, ids: Ids): OwnedRows {
  return {
    ...rows,
    async remove(tx, conversationIds) {
      const gone = await tx.all(LOCKED_OWNED, { ids: conversationIds });
      await recountMany(tx, ids, { before: gone.flatMap(figuresOf), after: [] });
      return rows.remove(tx, conversationIds);
    },
  };
}

const ROWS = unitRows('evaluation');

/** Evaluations as the organisation hands them from one unit to another, their counts with them. */
export function evaluationUnitRows({ ids }: { ids: Ids }): UnitRows {
  return {
    ...ROWS,
    async handOver(tx, from, to, limit) {
      for (;;) {
        const found = await tx.all(OF_UNIT, { unitId: from, limit });
        if (found.length === 0) return 0;
        const locked = await tx.all(LOCKED, { ids: found.map(({ id }) => id) });
        // Somebody may have given one away before it was locked.
        const given = locked.filter(({ unitId }) => unitId === from);
        if (given.length === 0) continue;
        await tx.run(GIVE, { ids: given.map(({ id }) => id), toId: to });
        const after = given.map((evaluation) => ({ ...evaluation, unitId: to }));
        await recountMany(tx, ids, { before: given.flatMap(figuresOf), after: after.flatMap(figuresOf) });
        return given.length;
      }
    },
  };
}
