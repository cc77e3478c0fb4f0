import { useQuery } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';

/** Values of a requester that are masked until revealed. */
export const REVEAL_FIELDS = ['name', 'phone', 'email', 'idNumber'] as const;

export type RevealField = (typeof REVEAL_FIELDS)[number];

/** A requester as agents see it: masked by the server. */
export interface Requester {
  id: string;
  nameMasked?: string | null;
  phoneMasked?: string | null;
  emailMasked?: string | null;
  idNumberMasked?: string | null;
  isIdentified: boolean;
  externalRef?: string | null;
  createdAt: string;
  conversations: { id: string; state: string; openedAt: string }[];
  tickets: {
    id: string;
    number: number | string;
    state: string;
    subject: string;
    isUnreadable?: boolean;
  }[];
  version: number;
}

/** Plain values, shown for a limited time. */
export interface Revealed {
  values: Partial<Record<RevealField, string | null>>;
  /** End of the time for which they may be shown: ms of the epoch. */
  untilMs: number;
}

/** The masked value of a field. */
export function maskedValue(requester: Requester, field: RevealField): string | null | undefined {
  return requester[`${field}Masked`];
}

/** Fields that were filled in; empty ones are left out, which means "leave alone". */
export function changedFields(
  values: Partial<Record<RevealField, string>>,
): Partial<Record<RevealField, string>> {
  const filled = Object.entries(values).flatMap(([field, value]) =>
    value?.trim() ? [[field, value.trim()] as const] : [],
  );
  return Object.fromEntries(filled);
}

/** A requester with tickets and earlier conversations. */
export function useRequester(id: string) {
  const api = useApi();
  return useQuery<Requester, ApiError>({
    queryKey: ['requesters', id],
    queryFn: ({ signal }) => api.get<Requester>(`/requesters/${id}`, { signal }),
  });
}
