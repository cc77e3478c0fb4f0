import { beforeKey, toPage, type Before, type DataScope, type Page } from '../../kernel/index.ts';
import {
  portable,
  readScoped,
  SCOPE_PARAMS,
  scopedList,
  scopeParams,
  withinScope,
  type ColumnKind,
  type Db,
  type ScopeParams,
} from '../../platform/persistence/index.ts';
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

interface FilterParams {
  state: string | null;
  scoreBelow: number | null;
}

const COLUMNS = `e.id, e.conversation_id, e.agent_id, e.score, e.state, e.is_fatal, e.findings_count, e.evaluated_at,
  e.version`;
const RESULT = {
  id: 'uuid',
  conversationId: 'uuid',
  agentId: 'uuid',
  score: 'int',
  state: 'text',
  isFatal: 'flag',
  findingsCount: 'int',
  evaluatedAt: 'instant',
  version: 'int',
} as const;
/** Checked row by row. The comparison stands before `IS NULL`: PostgreSQL takes the type from its first place. */
const FILTERS = `(e.state = :state OR :state IS NULL) AND (e.score < :scoreBelow OR :scoreBelow IS NULL)`;
const FILTER_PARAMS = { state: 'text', scoreBelow: 'int' } as const;

const LIST_ALL = scopedList<FilterParams, ItemRow>({
  ...{ name: 'evaluation.list', table: 'evaluation', alias: 'e', at: 'evaluated_at', owner: 'agent_id' },
  ...{ columns: COLUMNS, joins: '', where: FILTERS, params: FILTER_PARAMS, result: RESULT },
});

/** What has an index of its own and is little: the scope is asked for each row. */
function listOf<P extends FilterParams>(name: string, condition: string, params: Record<string, ColumnKind>) {
  return portable<P & Before & ScopeParams & { limit: number }, ItemRow>(
    name,
    `SELECT ${COLUMNS} FROM evaluation e
      WHERE ${condition} AND e.evaluated_at <= :beforeAt AND (e.evaluated_at < :beforeAt OR e.id < :beforeId)
        AND ${FILTERS} AND ${withinScope('e', 'agent_id')}
      ORDER BY e.evaluated_at DESC, e.id DESC FETCH FIRST :limit ROWS ONLY`,
    {
      params: {
        ...{ beforeAt: 'instant', beforeId: 'uuid', limit: 'int', ...FILTER_PARAMS, ...SCOPE_PARAMS },
        ...params,
      } as never,
      result: RESULT,
    },
  );
}

const LIST_OF_AGENT = listOf<FilterParams & { agentId: string }>(
  'evaluation.list_of_agent',
  'e.agent_id = :agentId',
  { agentId: 'uuid' },
);
const LIST_IN_STATE = listOf<FilterParams>('evaluation.list_in_state', 'e.state = :state', {});

function readList(
  db: Db,
  { agent, state, scoreBelow, scope }: EvaluationFilter & { scope: DataScope },
  { before, limit }: { before: Before; limit: number },
): Promise<ItemRow[]> {
  const page = { ...before, state: state ?? null, scoreBelow: scoreBelow ?? null, limit: limit + 1 };
  const scoped = { ...page, ...scopeParams(scope) };
  if (agent !== undefined) return db.all(LIST_OF_AGENT, { ...scoped, agentId: agent });
  // Manual evaluations are few, automatic ones nearly all: only the former are worth starting from.
  if (state === 'manual') return db.all(LIST_IN_STATE, scoped);
  return readScoped(db, LIST_ALL, scope, page);
}

/** One page of evaluations, newest first. Recording the read is the caller's part. */
export async function listEvaluations(
  db: Db,
  filter: EvaluationFilter & { scope: DataScope },
  page: { before: Before; limit: number },
  accountNames: AccountNames,
): Promise<Page<EvaluationItem>> {
  const { limit } = page;
  const rows = await readList(db, filter, page);
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
