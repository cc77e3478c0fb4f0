import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, usePageList, type ApiError } from '../../api/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { LIVE_KEYS, useLive } from '../../realtime/index.ts';

/** How much a notice matters. */
export type Severity = 'info' | 'warning' | 'alarm';

/** One own notice; title and body are in the language that was asked for. */
export interface Notice {
  id: string;
  kind: string;
  severity: Severity;
  title: string;
  body: string;
  link: string | null;
  occurrences: number;
  createdAt: string;
  updatedAt: string;
  isRead: boolean;
  /** An alarm that no channel could carry. */
  isUndelivered: boolean;
}

/** What bell and banner show. */
export interface NoticeSummary {
  /** Counted to 100. */
  unread: number;
  undelivered: Notice[];
}

/** Highest number on the bell; the server counts one further. */
export const UNREAD_SHOWN_MAX = 99;
const POLL_MS = 60_000;
/** With an open socket changes are pushed; a push may be lost, so it is asked now and then all the same. */
const POLL_PUSHED_MS = 5 * 60_000;

/** Pause between two questions for the bell. */
export function pollMs(socketState: string | undefined): number {
  return socketState === 'open' ? POLL_PUSHED_MS : POLL_MS;
}

/** A place of the console a notice may lead to; anything that could leave the console is dropped. */
export function safeLink(link: string | null): string | undefined {
  return link !== null && /^\/(?![/\\])/.test(link) ? link : undefined;
}

/** The latest change among notices: everything up to it may be marked as read. Undefined for none. */
export function latestOf(notices: readonly Pick<Notice, 'updatedAt'>[]): string | undefined {
  return notices.map(({ updatedAt }) => updatedAt).sort((a, b) => Date.parse(b) - Date.parse(a))[0];
}

/** The bell's count and the alarms of the banner; asking is no use of the session. */
export function useNoticeSummary() {
  const api = useApi();
  const { locale } = useI18n();
  const live = useLive();
  return useQuery<NoticeSummary, ApiError>({
    queryKey: [...LIVE_KEYS.notices, 'summary', locale],
    queryFn: ({ signal }) =>
      api.get<NoticeSummary>('/notices/summary', { signal, isBackground: true, lang: locale }),
    refetchInterval: pollMs(live?.state),
  });
}

/** Own notices, the newest first. */
export function useNotices(isUnreadOnly: boolean) {
  const { locale } = useI18n();
  return usePageList<Notice>({
    resource: LIVE_KEYS.notices[0],
    path: '/notices',
    query: isUnreadOnly ? { isUnread: true } : {},
    isBackground: true,
    lang: locale,
  });
}

/** Marking as read; bell, banner, and list follow. */
export function useNoticeActs() {
  const api = useApi();
  const cache = useQueryClient();
  const after = async (work: Promise<unknown>) => {
    await work;
    await cache.invalidateQueries({ queryKey: LIVE_KEYS.notices });
  };
  return {
    markRead: (id: string) => after(api.post(`/notices/${id}/read`)),
    markReadUntil: (until: string) => after(api.post('/notices/read', { body: { until } })),
  };
}
