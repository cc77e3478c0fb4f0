import { useQuery } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';
import { periodQuery } from './report-data.ts';

/** What customers praised and blamed in a period, and how moods went. */
export interface OpinionReport {
  /** The most blamed first. */
  aspects: { aspect: string; praise: number; blame: number }[];
  perDay: { on: string; praise: number; blame: number }[];
  /** Means are -1 to 1. */
  moods: { conversations: number; firstMean: number | null; lastMean: number | null };
  calming: { isCalmed: boolean; conversations: number; meanRise: number | null }[];
}

/** What became of the suggestions of one article, to one agent, or in one team. */
export interface Adoption {
  id: string | null;
  shown: number;
  used: number;
  edited: number;
  ignored: number;
  /** Used and edited over shown, 0 to 1. */
  rate: number | null;
}

export interface AdoptionReport {
  total: Adoption;
  articles: (Adoption & { question: string | null })[];
  agents: (Adoption & { name: string | null })[];
  teams: (Adoption & { name: string | null })[];
}

/** Share of praise among what was said of an aspect, 0 to 1. */
export function praiseShare({ praise, blame }: { praise: number; blame: number }): number | null {
  return praise + blame === 0 ? null : praise / (praise + blame);
}

/** Praise upwards, blame downwards: bars that can be compared at a glance. */
export function mirrored(rows: readonly { praise: number; blame: number }[]) {
  return {
    praise: rows.map(({ praise }) => praise),
    blame: rows.map(({ blame }) => (blame === 0 ? 0 : -blame)),
  };
}

/** Opinions of the last days. */
export function useOpinions(days: number) {
  const api = useApi();
  return useQuery<OpinionReport, ApiError>({
    queryKey: ['reports', 'opinions', days],
    queryFn: ({ signal }) =>
      api.get<OpinionReport>('/reports/opinions', { query: periodQuery(days), signal }),
  });
}

/** What became of suggestions in the last days. */
export function useAdoption(days: number) {
  const api = useApi();
  return useQuery<AdoptionReport, ApiError>({
    queryKey: ['reports', 'assist', days],
    queryFn: ({ signal }) => api.get<AdoptionReport>('/reports/assist', { query: periodQuery(days), signal }),
  });
}
