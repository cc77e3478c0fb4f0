import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';
import { useI18n } from '../../i18n/index.ts';

/** Lists of the page. */
export const APPROVAL_LISTS = ['waiting', 'mine', 'decided'] as const;

export type ApprovalList = (typeof APPROVAL_LISTS)[number];

/** One act as the lists show it. */
export interface Approval {
  id: string;
  kind: string;
  title: { zh: string; en: string };
  state: 'asked' | 'approved' | 'rejected' | 'withdrawn' | 'expired';
  reason: string;
  requestedBy: { id: string; name: string };
  requestedAt: string;
  expiresAt: string;
  decidedBy: { id: string; name: string } | null;
  decidedAt: string | null;
  note: string | null;
  canDecide: boolean;
  canWithdraw: boolean;
  version: number;
}

/** One act with what would change. */
export interface ApprovalDetail extends Approval {
  lines: { label: string; from?: string; to?: string }[];
  /** Error code of why it could not be done at present. */
  problem?: string;
}

/** Title of an act in the reader's language. */
export function useTitleText(): (approval: Approval) => string {
  const { locale } = useI18n();
  return ({ title }) => (locale === 'en' ? title.en : title.zh);
}

/** One approval, read when it is opened. */
export function useApproval(id: string) {
  const api = useApi();
  return useQuery<ApprovalDetail, ApiError>({
    queryKey: ['approvals', 'one', id],
    queryFn: ({ signal }) => api.get<ApprovalDetail>(`/approvals/${id}`, { signal }),
    refetchOnWindowFocus: false,
  });
}

/** Decisions. All lists and the badge are read again afterwards, after a refusal too. */
export function useApprovalActions() {
  const api = useApi();
  const cache = useQueryClient();
  const act = async (verb: string, { id, version }: Approval, body?: object) => {
    try {
      await api.post(`/approvals/${id}/${verb}`, { version, ...(body ? { body } : {}) });
    } finally {
      await cache.invalidateQueries({ queryKey: ['approvals'] });
    }
  };
  return {
    approve: (approval: Approval) => act('approve', approval, {}),
    reject: (approval: Approval, note: string) => act('reject', approval, { note }),
    withdraw: (approval: Approval) => act('withdraw', approval),
  };
}
