import { useQueryClient } from '@tanstack/react-query';
import { useApi, usePageList } from '../../api/index.ts';

/** By what a regulator names a person. */
export const CASE_KEYS = ['phone', 'idNumber', 'customerNumber'] as const;
/** Where a case file stands. */
export type CaseState = 'asked' | 'first' | 'making' | 'ready' | 'expired' | 'refused' | 'failed';

/** A person as officers see one: a reference, and masks to tell people apart. */
export interface CasePerson {
  id: string;
  nameMasked: string | null;
  phoneMasked: string | null;
  idNumberMasked: string | null;
  createdAt: string;
}

interface Somebody {
  id: string;
  name: string;
  at: string;
}

/** A case file. */
export interface CaseFile {
  id: string;
  requesterId: string;
  caseNumber: string;
  authority: string;
  reason: string;
  from: string | null;
  to: string | null;
  isUnmasked: boolean;
  keptDays: number;
  state: CaseState;
  askedBy: Somebody | null;
  firstBy: Somebody | null;
  secondBy: Somebody | null;
  sizeBytes: number | null;
  sha256: string | null;
  errorCode: string | null;
  expiresAt: string | null;
  downloadCount: number;
}

/** What is sent to ask for one. */
export interface CaseInput {
  requesterId: string;
  caseNumber: string;
  authority: string;
  reason: string;
  from?: string;
  to?: string;
  unmasked: boolean;
  keptDays: number;
}

const POLL_MS = 2_000;

/** Address of a finished archive; the browser saves it with the session's cookie. */
export function caseAddress(id: string): string {
  return `/api/v1/case-files/${id}/file`;
}

/** Case files, the newest first; looked at again while one is being made. */
export function useCases(isAnyMade: boolean) {
  return usePageList<CaseFile>({
    resource: 'cases',
    path: '/case-files',
    isQuiet: true,
    ...(isAnyMade ? { refetchIntervalMs: POLL_MS } : {}),
  });
}

/** Looking up and asking. What is looked up goes in the body: an address is no place for a phone number. */
export function useCaseActs() {
  const api = useApi();
  const cache = useQueryClient();
  return {
    reload: () => cache.invalidateQueries({ queryKey: ['cases'] }),
    async lookUp(key: (typeof CASE_KEYS)[number], value: string): Promise<CasePerson[]> {
      const body = { key, value };
      return (await api.post<{ items: CasePerson[] }>('/case-files/look-ups', { body })).items;
    },
    async ask(body: CaseInput): Promise<void> {
      await api.create<CaseFile>('/case-files', { body });
      await cache.invalidateQueries({ queryKey: ['cases'] });
    },
  };
}
