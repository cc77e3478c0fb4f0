import { useQuery } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';

/** What ends in a month, and how many holds may keep some of it. */
export interface CalendarCell {
  /** Null where nobody has counted yet. */
  count: number | null;
  holds: number;
}

/** One class over the months. */
export interface CalendarLine {
  name: string;
  due: CalendarCell;
  months: CalendarCell[];
}

/** What of records and trail ends when. */
export interface Calendar {
  months: string[];
  records: CalendarLine[];
  countedAt: string | null;
  trail: CalendarLine[];
  isScheduled: boolean;
  runs: { kind: string; nextAt: string }[];
  waiting: {
    id: string;
    kind: string;
    title: { zh: string; en: string };
    requestedBy: { id: string; name: string };
    requestedAt: string;
    expiresAt: string;
  }[];
}

/** The calendar of what ends when. */
export function useCalendar() {
  const api = useApi();
  return useQuery<Calendar, ApiError>({
    queryKey: ['records', 'calendar'],
    queryFn: ({ signal }) => api.get<Calendar>('/records/calendar', { signal }),
    refetchOnWindowFocus: false,
  });
}
