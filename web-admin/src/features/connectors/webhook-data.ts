import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, usePageList } from '../../api/index.ts';

/** A webhook as the list shows it. */
export interface Webhook {
  id: string;
  name: string;
  url: string;
  eventTypes: string[];
  state: 'active' | 'paused' | 'stopped';
  isPlaceOpen: boolean;
  failureCount: number;
  lastErrorCode: string | null;
  lastDeliveredAt: string | null;
  pendingCount: number;
  deadCount: number;
  version: number;
}

/** One event for one webhook. */
export interface Delivery {
  id: string;
  eventType: string;
  at: string;
  state: 'pending' | 'delivered' | 'dead';
  attempts: number;
  lastAt: string | null;
  lastStatus: number | null;
  lastErrorCode: string | null;
}

/** A type of event that can be subscribed to. */
export interface EventType {
  type: string;
  zh: string;
  en: string;
}

/** What came of a test. */
export interface TestResult {
  isDelivered: boolean;
  status: number | null;
  code: string | null;
  reason: string | null;
  ms: number;
}

/** What people enter. */
export interface WebhookForm {
  name: string;
  url?: string;
  eventTypes: string[];
  reason?: string;
}

/** Stands for all types. */
export const ALL_EVENTS = '*';

const REFRESH_MS = 10_000;

/** Every webhook; there are at most a hundred. */
export function useWebhooks() {
  return usePageList<Webhook>({ resource: 'webhooks', path: '/webhooks', refetchIntervalMs: REFRESH_MS });
}

/** The deliveries of one webhook, the newest first. */
export function useDeliveries(id: string) {
  return usePageList<Delivery>({
    resource: `webhook-${id}`,
    path: `/webhooks/${id}/deliveries`,
    refetchIntervalMs: REFRESH_MS,
  });
}

/** The types that can be subscribed to. */
export function useEventTypes() {
  const api = useApi();
  return useQuery({
    queryKey: ['webhook-events'],
    queryFn: () => api.get<{ items: EventType[] }>('/webhook-events'),
    staleTime: Infinity,
  });
}

/** Acts on webhooks; each refreshes the list. */
export function useWebhookActs() {
  const api = useApi();
  const cache = useQueryClient();
  const refresh = () => cache.invalidateQueries({ queryKey: ['webhooks'] });
  const then = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    await refresh();
    return result;
  };
  /** Empty fields are not sent: an address stays, a reason is made up by the server. */
  const bodyOf = ({ name, eventTypes, url, reason }: WebhookForm) => ({
    ...{ name, eventTypes },
    ...(url?.trim() ? { url: url.trim() } : {}),
    ...(reason?.trim() ? { reason: reason.trim() } : {}),
  });
  return {
    create: (form: WebhookForm) =>
      then(api.create<Webhook & { secret: string }>('/webhooks', { body: bodyOf(form) })),
    update: ({ id, version }: Webhook, form: WebhookForm) =>
      then(api.put<Webhook>(`/webhooks/${id}`, { body: bodyOf(form), version })),
    setPaused: ({ id, version }: Webhook, isPaused: boolean) =>
      then(api.post(`/webhooks/${id}/${isPaused ? 'pause' : 'resume'}`, { version })),
    rotate: ({ id, version }: Webhook) =>
      then(api.post<Webhook & { secret: string }>(`/webhooks/${id}/rotate`, { version })),
    test: ({ id }: Webhook) => then(api.post<TestResult>(`/webhooks/${id}/test`)),
    redrive: ({ id }: Webhook) => then(api.post<{ count: number }>(`/webhooks/${id}/redrive`)),
    async resend(webhook: Webhook, deliveryId: string) {
      await then(api.post(`/webhooks/${webhook.id}/deliveries/${deliveryId}/redrive`));
      await cache.invalidateQueries({ queryKey: [`webhook-${webhook.id}`] });
    },
    remove: ({ id }: Webhook) => then(api.delete(`/webhooks/${id}`)),
  };
}
