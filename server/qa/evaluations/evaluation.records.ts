import type { Ids, RecordSubject } from '../../kernel/index.ts';
import { ownedRows, portable, type OwnedRows, type RecordStore } from '../../platform/persistence/index.ts';
import { evaluationEntity, type EvaluationCriterionRow } from './evaluation.entity.ts';
import { uncountingEvaluations } from './evaluation.figures.ts';

interface EvaluationFacts {
  id: string;
  conversationId: string;
  agentId: string | null;
  rescoredBy: string | null;
  evaluatedAt: Date;
  rescoredAt: Date | null;
}

const OF_CONVERSATIONS = portable<{ ids: readonly string[]; limit: number }, EvaluationFacts>(
  'evaluation.of_conversations',
  `SELECT e.id, e.conversation_id, e.agent_id, e.rescored_by, e.evaluated_at, e.rescored_at FROM evaluation e
    WHERE e.conversation_id IN (:ids...) FETCH FIRST :limit ROWS ONLY`,
  {
    params: { ids: 'uuid', limit: 'int' },
    result: {
      id: 'uuid',
      conversationId: 'uuid',
      agentId: 'uuid',
      rescoredBy: 'uuid',
      evaluatedAt: 'instant',
      rescoredAt: 'instant',
    },
  },
);
/** A conversation has one evaluation, and a score card has few criteria: 500 conversations give some thousand rows. */
const CRITERIA_READ = portable<{ ids: readonly string[] }, EvaluationCriterionRow>(
  'evaluation_criterion.owned',
  `SELECT c.evaluation_id, c.criterion_id, c.points, c.is_met, c.evidence, c.remark_enc FROM evaluation_criterion c
    JOIN evaluation e ON e.id = c.evaluation_id WHERE e.conversation_id IN (:ids...)`,
  {
    params: { ids: 'uuid' },
    result: {
      evaluationId: 'uuid',
      criterionId: 'text',
      points: 'int',
      isMet: 'flag',
      evidence: 'json',
      remarkEnc: 'sealed',
    },
  },
);
const CRITERIA_REMOVE = portable<{ ids: readonly string[] }>(
  'evaluation_criterion.remove_owned',
  `DELETE FROM evaluation_criterion WHERE evaluation_id IN
    (SELECT e.id FROM evaluation e WHERE e.conversation_id IN (:ids...))`,
  { params: { ids: 'uuid' } },
);

const CRITERIA: OwnedRows = {
  table: 'evaluation_criterion',
  async *read(db, ids) {
    const rows = await db.all(CRITERIA_READ, { ids });
    yield rows.map((row) => ({
      table: 'evaluation_criterion',
      rowId: `${row.evaluationId}/${row.criterionId}`,
      columns: { ...row },
    }));
  },
  remove: (tx, ids) => tx.run(CRITERIA_REMOVE, { ids }),
};

const OWN_ROW = ownedRows(evaluationEntity, { key: 'conversationId' });

function toSubject(row: EvaluationFacts): RecordSubject {
  return {
    recordClass: 'qa',
    id: row.id,
    requesterId: null,
    ticketId: null,
    accountIds: [row.agentId, row.rescoredBy].flatMap((id) => (id === null ? [] : [id])),
    startedAt: row.evaluatedAt,
    endedAt: row.rescoredAt ?? row.evaluatedAt,
    rowCount: 1,
  };
}

/**
 * Evaluations: each goes with its conversation, and keeps it for as long as its own class is kept, because its evidence
 * is places in the messages.
 */
export function qaRecords({ ids }: { ids: Ids }): RecordStore {
  return {
    name: 'qa.evaluation',
    recordClass: 'qa',
    attachedTo: 'chat',
    rows: [CRITERIA, uncountingEvaluations(OWN_ROW, ids)],
    async keeping(db, { recordClass, ids: conversationIds, limit }) {
      if (recordClass !== 'chat') return [];
      const rows = await db.all(OF_CONVERSATIONS, { ids: conversationIds, limit });
      return rows.map((row) => ({ keptId: row.conversationId, record: toSubject(row) }));
    },
  };
}
