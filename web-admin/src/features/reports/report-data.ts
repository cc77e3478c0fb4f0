import { useQuery } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';

/** Lengths of the period that can be chosen, in days. */
export const PERIODS = [7, 30, 90] as const;

/** Figures of one day; `on` is the date, YYYY-MM-DD. */
export interface DayFigures {
  on: string;
  conversations: number;
  handedOff: number;
  ticketsOpened: number;
}

/** Figures of a period. Ratios are 0 to 1; what nobody measured yet is null or absent. */
export interface Overview {
  conversations: number;
  containmentRatio: number | null;
  answered: number;
  clarified: number;
  handedOff: number;
  ticketsOpened: number;
  ticketsSolved: number;
  avgScore?: number | null;
  csatAverage?: number | null;
  firstResponseSecondsMedian?: number | null;
  perDay: DayFigures[];
}

/** The period of an address; the shortest one when it names none of ours. */
export function parsePeriod(search: URLSearchParams): (typeof PERIODS)[number] {
  const days = Number(search.get('days'));
  return PERIODS.find((known) => known === days) ?? PERIODS[0];
}

/** Share of a day's conversations that were handed over; null on a day without any. At most 1: a handover may follow a day later. */
export function handoffShare({ conversations, handedOff }: DayFigures): number | null {
  return conversations === 0 ? null : Math.min(1, handedOff / conversations);
}

/** A date as charts show it: month and day. */
export function shortDay(on: string): string {
  return on.slice(5);
}

/** Days are those of the reader, who sees all other times in the zone of the device as well. */
export function periodQuery(days: number): { days: number; offsetMinutes: number } {
  return { days, offsetMinutes: -new Date().getTimezoneOffset() };
}

/** The figures of the last days. */
export function useOverview(days: number) {
  const api = useApi();
  return useQuery<Overview, ApiError>({
    queryKey: ['reports', 'overview', days],
    queryFn: ({ signal }) => api.get<Overview>('/reports/overview', { query: periodQuery(days), signal }),
  });
}
