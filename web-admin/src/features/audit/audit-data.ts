import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';
import type { InclusionProof } from './inclusion-proof.ts';

/** How an act ended. */
export const AUDIT_OUTCOMES = ['ok', 'refused', 'failed'] as const;

export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** One entry of the trail as a row of the list. */
export interface AuditEvent {
  id: string;
  /** Leaf index in the tree; null until the next seal. */
  index: number | null;
  at: string;
  action: string;
  /** The entry as a sentence, in both languages, as the server made it. */
  sentence: { zh: string; en: string };
  actor: { type: string; id: string; name?: string; roles?: string[]; ip?: string };
  target?: { type: string; id: string };
  /** Id of the requester whose data was touched. */
  customer?: string;
  outcome: AuditOutcome;
  /** Names of the fields touched. */
  fields?: string[];
  reason?: string;
  /** Ticket that justifies the act. */
  ticket?: string;
  details?: Record<string, unknown>;
  node: string;
  epoch: number;
  lane: number;
  n: number;
}

/** An entry with what proves it. */
export interface AuditEventDetail extends AuditEvent {
  /** The exact text that was hashed. */
  body: string;
  /** SHA-256 leaf hash, hex. */
  leaf: string;
  /** Absent until the entry is sealed. `file` is the proof in the form the offline verifier reads. */
  proof?: InclusionProof & { file: string };
}

/** An act of the catalogue with its label. */
export interface AuditActionItem {
  action: string;
  zh: string;
  en: string;
}

/** State of the trail. */
export interface AuditStatus {
  size: number;
  root: string;
  lastSealAt: string | null;
  lastAnchorAt: string | null;
  unsealed: number;
  anchors: { sink: string; size: number; at: string | null; failure: string | null }[];
  epoch: number;
  keyFingerprint: string;
  /** Two different heads of one size are known: the trail was continued from a copy. */
  isForked: boolean;
}

/** Where something is wrong; `index` counts leaves from 0. */
export interface VerifyFinding {
  index: number | null;
  id: string | null;
  kind: string;
}

/** What the independent verifier found out. */
export interface VerifyResult {
  status: 'whole' | 'tampered' | 'not-provable';
  size: number;
  root: string;
  events: number;
  anchors: number;
  firstBad: VerifyFinding | null;
  warnings: string[];
  /** All faults, at most a hundred. */
  findings: VerifyFinding[];
  ms: number;
}

/** Filters as they stand in the address; instants are ISO UTC. */
export const AUDIT_FILTERS = ['actor', 'customer', 'target', 'action', 'outcome', 'from', 'to'] as const;

export type AuditFilterName = (typeof AUDIT_FILTERS)[number];

export type AuditFilters = Partial<Record<AuditFilterName, string>>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Reading a trail of many million entries takes longer than other answers. */
const VERIFY_TIMEOUT_MS = 600_000;

/** Whether a text can be the id of a requester; the server refuses others. */
export function isRequesterId(text: string): boolean {
  return UUID.test(text);
}

function cleanValue(name: AuditFilterName, value: string): string | undefined {
  const text = value.trim();
  if (name === 'outcome') return AUDIT_OUTCOMES.find((known) => known === text);
  if (name === 'customer') return isRequesterId(text) ? text.toLowerCase() : undefined;
  if (name !== 'from' && name !== 'to') return text || undefined;
  const instant = new Date(text);
  return text === '' || Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

/** Reads the filters of an address; what no filter can mean is left out, so an old link still works. */
export function parseFilters(search: URLSearchParams): AuditFilters {
  const filters: AuditFilters = {};
  for (const name of AUDIT_FILTERS) {
    const value = cleanValue(name, search.get(name) ?? '');
    if (value !== undefined) filters[name] = value;
  }
  return filters;
}

/** The address with some filters changed; `undefined` takes one away, everything else in the address stays. */
export function withFilters(
  search: URLSearchParams,
  changes: Partial<Record<AuditFilterName | 'event', string | undefined>>,
): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

/** The address of a question about the trail: only these filters, in their order. */
export function questionAddress(filters: AuditFilters): string {
  const search = new URLSearchParams();
  for (const name of AUDIT_FILTERS) {
    const value = filters[name];
    if (value) search.set(name, value);
  }
  return `/audit?${search.toString()}`;
}

/** One entry with its text and proof. */
export function useAuditEvent(id: string | undefined) {
  const api = useApi();
  return useQuery<AuditEventDetail, ApiError>({
    queryKey: ['audit', 'event', id],
    queryFn: ({ signal }) =>
      api.get<AuditEventDetail>(`/audit/events/${encodeURIComponent(id ?? '')}`, { signal }),
    enabled: id !== undefined,
    refetchOnWindowFocus: false,
  });
}

/** The acts an entry can name. The catalogue changes with the program only. */
export function useAuditActions() {
  const api = useApi();
  return useQuery<AuditActionItem[], ApiError>({
    queryKey: ['audit', 'actions'],
    queryFn: ({ signal }) => api.get<AuditActionItem[]>('/audit/actions', { signal }),
    staleTime: Infinity,
  });
}

/** State of the trail. Each reading is an entry of the trail itself, so it is not read again by the clock. */
export function useAuditStatus(isEnabled: boolean) {
  const api = useApi();
  return useQuery<AuditStatus, ApiError>({
    queryKey: ['audit', 'status'],
    queryFn: ({ signal }) => api.get<AuditStatus>('/audit/status', { signal }),
    enabled: isEnabled,
    refetchOnWindowFocus: false,
  });
}

/** Runs the independent verifier over the whole trail. */
export function useVerify() {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation<VerifyResult, ApiError>({
    mutationFn: () => api.post<VerifyResult>('/audit/verify', { timeoutMs: VERIFY_TIMEOUT_MS }),
    onSettled: () => cache.invalidateQueries({ queryKey: ['audit', 'status'] }),
  });
}
