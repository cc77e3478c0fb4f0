import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
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
  /** Lanes that wait for a number that has not come. */
  waitingLanes: number;
  anchors: { sink: string; size: number; at: string | null; failure: string | null }[];
  epoch: number;
  keyFingerprint: string;
  /** What an officer should have mended. */
  warnings: ('anchor-single' | 'anchor-failing' | 'clock-set' | 'clock-alone')[];
  clock: {
    /** Last step of the clock, and by how much. */
    setAt: string | null;
    setByMs: number | null;
    /** Whether the clock follows a time server; null where the machine does not say. */
    isSynchronised: boolean | null;
    /** What says so, and when the clock was last compared with a time server. */
    source: 'timesyncd' | 'chrony' | 'none';
    syncedAt: string | null;
  };
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
export interface CheckResult {
  status: 'whole' | 'tampered' | 'not-provable';
  size: number;
  root: string;
  events: number;
  anchors: number;
  firstBad: VerifyFinding | null;
  warnings: string[];
  exportMs: number;
  verifyMs: number;
  /** SHA-256 of the program that verified, hex. */
  verifierSha256: string;
}

/** An independent verification, from its beginning to its end. */
export interface AuditCheck {
  id: string;
  state: 'queued' | 'exporting' | 'verifying' | 'done' | 'failed';
  askedBy: { id: string; name: string };
  askedAt: string;
  endedAt: string | null;
  errorCode: string | null;
  result: CheckResult | null;
}

/** Filters as they stand in the address; instants are ISO UTC. */
export const AUDIT_FILTERS = [
  ...(['q', 'actor', 'customer', 'target', 'ticket', 'address'] as const),
  ...(['action', 'class', 'outcome', 'from', 'to'] as const),
] as const;

/** Filters that are found by words: the newest entries are not among them for some seconds. */
export const WORD_FILTERS = ['q', 'ticket', 'address'] as const;

/** Classes of acts. */
export const AUDIT_CLASSES = [
  'personal-data',
  'access',
  'administration',
  'business',
  'knowledge',
  'system',
  'audit',
] as const;

export type AuditFilterName = (typeof AUDIT_FILTERS)[number];

export type AuditFilters = Partial<Record<AuditFilterName, string>>;

const ADDRESS = /^[0-9a-f:.]{2,45}$/i;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const CHECK_POLL_MS = 1_000;

/** Whether a text can be a network address; the server refuses others. */
export function isAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/** Whether a text can be the id of a requester or a ticket; the server refuses others. */
export function isRequesterId(text: string): boolean {
  return UUID.test(text);
}

function cleanValue(name: AuditFilterName, value: string): string | undefined {
  const text = value.trim();
  if (name === 'outcome') return AUDIT_OUTCOMES.find((known) => known === text);
  if (name === 'class') return AUDIT_CLASSES.find((known) => known === text);
  if (name === 'customer' || name === 'ticket') return isRequesterId(text) ? text.toLowerCase() : undefined;
  if (name === 'address') return isAddress(text) ? text : undefined;
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
  changes: Partial<Record<AuditFilterName | 'event' | 'chart', string | undefined>>,
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

/** Address of the signed certificate of a check; the browser saves it with the session's cookie. */
export function certificateAddress(id: string): string {
  return `/api/v1/audit/checks/${id}/certificate`;
}

/** Asks for an independent verification, and looks until it has ended. */
export function useCheck() {
  const api = useApi();
  const cache = useQueryClient();
  const [id, setId] = useState<string>();
  const asking = useMutation<AuditCheck, ApiError>({
    mutationFn: () => api.post<AuditCheck>('/audit/checks'),
    onSuccess: (check) => setId(check.id),
  });
  const { data: check, error } = useQuery<AuditCheck, ApiError>({
    queryKey: ['audit-check', id],
    queryFn: async ({ signal }) => {
      const found = await api.get<AuditCheck>(`/audit/checks/${id ?? ''}`, { signal, isBackground: true });
      if (found.endedAt) void cache.invalidateQueries({ queryKey: ['audit', 'status'] });
      return found;
    },
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data?.endedAt ? false : CHECK_POLL_MS),
    refetchOnWindowFocus: false,
  });
  return {
    check: check ?? asking.data,
    error: asking.error ?? error,
    isRunning: asking.isPending || (id !== undefined && !error && !check?.endedAt),
    start() {
      setId(undefined);
      asking.reset();
      asking.mutate();
    },
    reset() {
      setId(undefined);
      asking.reset();
    },
  };
}
