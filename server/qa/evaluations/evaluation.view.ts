import { portable, type Db } from '../../platform/persistence/index.ts';
import { beforeKey, toPage, type Before, type Page } from '../../kernel/index.ts';
import { namesOf, personOf, type Person } from '../people.ts';
import type { AccountNames } from '../ports.ts';
import type { EvaluationRow, EvaluationState } from './evaluation.entity.ts';

/** What the list can be narrowed by. */
export interface EvaluationFilter {
  state?: EvaluationState;
  /** Scores under this one; evaluations without a score are left out. */
  scoreBelow?: number;
  /** Account id of the agent. */
  agent?: string;
}

/** An evaluation as lists show it. */
export interface EvaluationItem {
  id: string;
  conversationId: string;
  agent?: Person;
  score: number | null;
  state: EvaluationState;
  isFatal: boolean;
  findingsCount: number;
  evaluatedAt: string;
  version: number;
}

type ItemRow = Pick<
  EvaluationRow,
  | 'id'
  | 'conversationId'
  | 'agentId'
  | 'score'
  | 'state'
  | 'isFatal'
  | 'findingsCount'
  | 'evaluatedAt'
  | 'version'
>;

interface ListParams extends Before {
  state: string | null;
  scoreBelow: number | null;
  agentId: string | null;
  limit: number;
}

/**
 * The base condition has an index; the others are checked row by row. The comparison stands before `IS NULL`:
 * PostgreSQL takes the type of a parameter from its first place.
 */
function listStatement(name: string, base: string) {
  return portable<ListParams, ItemRow>(
    name,
    `SELECT id, conversation_id, agent_id, score, state, is_fatal, findings_count, evaluated_at, version
      FROM evaluation
      WHERE ${base} evaluated_at <= :beforeAt AND (evaluated_at < :beforeAt OR id < :beforeId)
        AND (agent_id = :agentId OR :agentId IS NULL)
        AND (state = :state OR :state IS NULL)
        AND (score < :scoreBelow OR :scoreBelow IS NULL)
      ORDER BY evaluated_at DESC, id DESC FETCH FIRST :limit ROWS ONLY`,
    {
      params: {
        beforeAt: 'instant',
        beforeId: 'uuid',
        state: 'text',
        scoreBelow: 'int',
        agentId: 'uuid',
        limit: 'int',
      },
      result: {
        id: 'uuid',
        conversationId: 'uuid',
        agentId: 'uuid',
        score: 'int',
        state: 'text',
        isFatal: 'flag',
        findingsCount: 'int',
        evaluatedAt: 'instant',
        version: 'int',
      },
    },
  );
}

const LIST_ALL = listStatement('evaluation.list', '');
const LIST_OF_AGENT = listStatement('evaluation.list_of_agent', 'agent_id = :agentId AND');
const LIST_IN_STATE = listStatement('evaluation.list_in_state', 'state = :state AND');

/** One page of evaluations, newest first. Recording the read is the caller's part. */
export async function listEvaluations(
  db: Db,
  filter: EvaluationFilter,
  { before, limit }: { before: Before; limit: number },
  accountNames: AccountNames,
): Promise<Page<EvaluationItem>> {
  const { agent, state, scoreBelow } = filter;
  // Manual evaluations are few, automatic ones nearly all: only the former are worth starting from.
  const statement = agent ? LIST_OF_AGENT : state === 'manual' ? LIST_IN_STATE : LIST_ALL;
  const rows = await db.all(statement, {
    ...before,
    agentId: agent ?? null,
    state: state ?? null,
    scoreBelow: scoreBelow ?? null,
    limit: limit + 1,
  });
  const shown = rows.slice(0, limit).map(({ agentId }) => agentId);
  const names = await namesOf(accountNames, shown);
  return toPage(
    rows,
    limit,
    ({ evaluatedAt, id }) => beforeKey(evaluatedAt, id),
    (row) => presentItem(row, names),
  );
}

/** A row as lists show it. */
export function presentItem(row: ItemRow, names: ReadonlyMap<string, string>): EvaluationItem {
  const { id, conversationId, agentId, score, isFatal, findingsCount, version } = row;
  return {
    ...{ id, conversationId, score, isFatal, findingsCount, version },
    ...(agentId === null ? {} : { agent: personOf(agentId, names) }),
    state: row.state as EvaluationState,
    evaluatedAt: row.evaluatedAt.toISOString(),
  };
}
