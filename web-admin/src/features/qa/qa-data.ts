import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError, type Page } from '../../api/index.ts';
import { knownParam } from '../../components/index.ts';
import type { Message } from '../../realtime/index.ts';

/** How a score came about: by rules alone, or looked at by an inspector. */
export const EVALUATION_STATES = ['automatic', 'manual'] as const;

export type EvaluationState = (typeof EVALUATION_STATES)[number];

/** Limits of the list's filter by score. */
export const SCORE_LIMITS = [60, 80, 90, 100] as const;

export interface Person {
  id: string;
  displayName: string;
}

/** One row of the list. `score` is 0 to 100, null when no criterion applied. */
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

/** Where something was found: a message and a part of its masked text, in UTF-16 units. */
export interface Evidence {
  seq: number;
  start: number;
  end: number;
  quote: string;
}

/** One criterion of an evaluation. `points` is null while nothing can be said. */
export interface EvaluatedCriterion {
  id: string;
  title: string;
  kind: string;
  weight: number;
  isFatal: boolean;
  points: number | null;
  pointsMax: number;
  isMet: boolean | null;
  evidence: Evidence[];
  remark?: string;
}

export interface Evaluation extends EvaluationItem {
  scoreCardId: string;
  scoreCardVersion: number;
  scoreCardName: string;
  criteria: EvaluatedCriterion[];
  rescoredBy?: Person;
  rescoredAt?: string;
  reason?: string;
  messages: Message[];
}

/** Filters of the list as they stand in the address. */
export interface EvaluationFilters {
  state?: EvaluationState | undefined;
  scoreBelow?: number | undefined;
  agent?: string | undefined;
}

/** Reads the filters from an address; unknown values are left out, so an old link still works. */
export function parseFilters(search: URLSearchParams): EvaluationFilters {
  const scoreBelow = Number(search.get('scoreBelow'));
  return {
    state: knownParam(search, 'state', EVALUATION_STATES),
    scoreBelow: SCORE_LIMITS.find((limit) => limit === scoreBelow),
    agent: search.get('agent') || undefined,
  };
}

/** New points for one criterion. */
export interface NewPoints {
  id: string;
  points: number;
  remark?: string;
}

/** Criteria whose points or remark differ from the evaluation's; only those are sent. */
export function changedPoints(
  criteria: readonly EvaluatedCriterion[],
  values: Readonly<Record<string, { points?: number | null; remark?: string } | undefined>>,
): NewPoints[] {
  return criteria.flatMap((criterion) => {
    const value = values[criterion.id];
    const points = value?.points;
    if (points === undefined || points === null) return [];
    const remark = value?.remark?.trim();
    const isChanged = points !== criterion.points || (remark ?? '') !== (criterion.remark ?? '');
    if (!isChanged) return [];
    return [{ id: criterion.id, points, ...(remark ? { remark } : {}) }];
  });
}

/** An evaluation by id. */
export function useEvaluation(id: string) {
  const api = useApi();
  return useQuery<Evaluation, ApiError>({
    queryKey: ['evaluations', 'one', id],
    queryFn: ({ signal }) => api.get<Evaluation>(`/evaluations/${id}`, { signal }),
  });
}

/** Gives criteria other points. Everything is read again afterwards, after a refusal too. */
export function useRescore(evaluation: Evaluation) {
  const api = useApi();
  const cache = useQueryClient();
  const { id, version } = evaluation;
  return async (criteria: NewPoints[], reason: string): Promise<Evaluation> => {
    try {
      return await api.post<Evaluation>(`/evaluations/${id}/rescore`, {
        body: { criteria, reason },
        version,
      });
    } finally {
      await cache.invalidateQueries({ queryKey: ['evaluations'] });
    }
  };
}

/** Agents the list can be narrowed to; empty for those who may not list them. */
export function useAgents(isEnabled: boolean) {
  const api = useApi();
  return useQuery<Person[], ApiError>({
    queryKey: ['agents'],
    queryFn: async ({ signal }) => (await api.get<Page<Person>>('/agents', { signal })).items,
    enabled: isEnabled,
    retry: false,
  });
}
