import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError, type Page } from '../../api/index.ts';
import type { Person } from './qa-data.ts';

/** How a criterion is judged. All but `manual` are judged by rules when a conversation closes. */
export const CRITERION_KINDS = ['forbidden', 'required', 'response-time', 'sentiment', 'manual'] as const;

export type CriterionKind = (typeof CRITERION_KINDS)[number];

/** Limits of a card; the server has the same ones. */
export const CARD_LIMITS = {
  criteria: 40,
  weight: 100,
  words: 500,
  wordCharacters: 60,
  patterns: 20,
  patternCharacters: 200,
  titleCharacters: 120,
  nameCharacters: 200,
  messages: 50,
  secondsMax: 7 * 24 * 3_600,
} as const;

/** Settings of every kind at once; a criterion uses those of its own kind. */
export interface CriterionConfig {
  by?: 'agent' | 'service';
  words?: string[];
  patterns?: string[];
  phrases?: string[];
  place?: 'start' | 'end';
  messages?: number;
  secondsMax?: number;
  polarityMin?: number;
}

/** One weighted line of a card. */
export interface CardCriterion {
  id: string;
  kind: CriterionKind;
  title: string;
  weight: number;
  isFatal: boolean;
  config: CriterionConfig;
}

export interface ScoreCard {
  id: string;
  version: number;
  name: string;
  criteria: CardCriterion[];
  createdBy: Person;
  createdAt: string;
}

/** What stands in the editor. */
export interface ScoreCardValues {
  name: string;
  criteria: CardCriterion[];
}

/** What a criterion of a kind starts with. */
export const DEFAULT_CONFIGS: Record<CriterionKind, CriterionConfig> = {
  forbidden: { by: 'agent', words: [], patterns: [] },
  required: { phrases: [], place: 'start', messages: 2 },
  'response-time': { secondsMax: 60 },
  sentiment: { messages: 3, polarityMin: -0.3 },
  manual: {},
};

/** Names of the settings of each kind; the server refuses any other. */
const CONFIG_FIELDS: Record<CriterionKind, readonly (keyof CriterionConfig)[]> = {
  forbidden: ['by', 'words', 'patterns'],
  required: ['phrases', 'place', 'messages'],
  'response-time': ['secondsMax'],
  sentiment: ['messages', 'polarityMin'],
  manual: [],
};

/** A new criterion's id: its kind with the first free number, so that it stays stable when the title changes. */
export function nextCriterionId(criteria: readonly Pick<CardCriterion, 'id'>[], kind: CriterionKind): string {
  const taken = new Set(criteria.map(({ id }) => id));
  let number = 1;
  while (taken.has(`${kind}-${number}`)) number++;
  return `${kind}-${number}`;
}

/** A new criterion of a kind. */
export function newCriterion(criteria: readonly CardCriterion[], kind: CriterionKind): CardCriterion {
  const id = nextCriterionId(criteria, kind);
  return { id, kind, title: '', weight: 10, isFatal: false, config: DEFAULT_CONFIGS[kind] };
}

/** What is sent: trimmed texts, and of the settings only those of the criterion's kind. */
export function cardBody({ name, criteria }: ScoreCardValues): ScoreCardValues {
  return {
    name: name.trim(),
    criteria: criteria.map(({ id, kind, title, weight, isFatal, config }) => {
      const fields = CONFIG_FIELDS[kind].map((field) => [
        field,
        config[field] ?? DEFAULT_CONFIGS[kind][field],
      ]);
      const ownConfig = Object.fromEntries(fields) as CriterionConfig;
      return { id, kind, title: title.trim(), weight, isFatal, config: ownConfig };
    }),
  };
}

/** Lines of a text, trimmed, without empty and repeated ones. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ''))];
}

/** Sum of the points of a card. */
export function weightTotal(criteria: readonly (Partial<CardCriterion> | undefined)[]): number {
  return criteria.reduce((sum, criterion) => sum + (criterion?.weight ?? 0), 0);
}

/** All cards in use. */
export function useScoreCards() {
  const api = useApi();
  return useQuery<ScoreCard[], ApiError>({
    queryKey: ['score-cards', 'list'],
    queryFn: async ({ signal }) => (await api.get<Page<ScoreCard>>('/score-cards', { signal })).items,
  });
}

/** A card by id. */
export function useScoreCard(id: string) {
  const api = useApi();
  return useQuery<ScoreCard, ApiError>({
    queryKey: ['score-cards', 'one', id],
    queryFn: ({ signal }) => api.get<ScoreCard>(`/score-cards/${id}`, { signal }),
    // The editor starts from what was read; a read behind its back would only move the version on.
    refetchOnWindowFocus: false,
  });
}

/** Replaces a card by a new version; a stale one is refused by the server. */
export function useSaveScoreCard(card: ScoreCard) {
  const api = useApi();
  const cache = useQueryClient();
  return async (values: ScoreCardValues): Promise<ScoreCard> => {
    const saved = await api.put<ScoreCard>(`/score-cards/${card.id}`, {
      body: cardBody(values),
      version: card.version,
    });
    await cache.invalidateQueries({ queryKey: ['score-cards'] });
    return saved;
  };
}
