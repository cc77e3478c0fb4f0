import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useApi, type ApiError, type Page } from '../../api/index.ts';
import { FIELD_MATCHES, type FieldMatch, type FieldValue } from '../../tailoring/index.ts';
import type { SharedFile } from '../../realtime/index.ts';
import type { TicketPriority } from '../../components/index.ts';

/** States of a ticket in the order of its life. */
export const TICKET_STATES = ['new', 'open', 'pending', 'on-hold', 'solved', 'closed'] as const;

export type TicketState = (typeof TICKET_STATES)[number];

/** One row of the list. */
export interface TicketItem {
  id: string;
  number: number | string;
  subject: string;
  /** The subject, on its own page also the description, cannot be read and is empty. */
  isUnreadable?: boolean;
  state: TicketState;
  priority: TicketPriority;
  requester?: { id: string; nameMasked: string | null } | null;
  assignee?: { id: string; displayName: string } | null;
  unit: { id: string; name: string };
  conversationId?: string | null;
  openedAt: string;
  updatedAt: string;
  version: number;
  /** Own fields that are columns, masked. */
  columnValues?: Record<string, FieldValue>;
  /** Keys of those whose value cannot be read. */
  unreadableColumns?: string[];
}

export interface TicketHistoryEntry {
  at: string;
  actor: { type: string; displayName?: string | null };
  action: string;
  from?: string | null;
  to?: string | null;
}

export interface TicketComment {
  id: string;
  text: string;
  isUnreadable?: boolean;
  isInternal: boolean;
  author: { id: string; displayName?: string | null } | null;
  at: string;
}

/** A ticket with everything its page shows. */
export interface Ticket extends TicketItem {
  description: string;
  history: TicketHistoryEntry[];
  comments: TicketComment[];
  allowedTransitions: TicketState[];
}

/** A file of a ticket; `commentId` names the comment it was attached to. */
export interface TicketFile extends SharedFile {
  commentId: string | null;
  createdAt: string;
}

/** Being checked takes a moment; until then the list is asked again. */
const CHECK_POLL_MS = 2_000;

/** Files of a ticket, oldest first. */
export function useTicketFiles(id: string) {
  const api = useApi();
  return useQuery<TicketFile[], ApiError>({
    queryKey: ['tickets', 'files', id],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: TicketFile[] }>(`/tickets/${id}/files`, { signal })).items,
    refetchInterval: ({ state }) =>
      state.data?.some((file) => file.state === 'waiting') ? CHECK_POLL_MS : false,
  });
}

/** Filters of the list as they stand in the address. */
export interface TicketFilters {
  state?: string | undefined;
  assignee?: string | undefined;
  /** A unit, with those under it. */
  unit?: string | undefined;
  q?: string | undefined;
  field?: string | undefined;
  value?: string | undefined;
  /** How the value of the field is meant; the whole of it unless named. */
  match?: FieldMatch | undefined;
}

/** Reads the filters from an address; unknown states are left out, so an old link still works. */
export function parseFilters(search: URLSearchParams): TicketFilters {
  const state = search.get('state') ?? undefined;
  return {
    state: TICKET_STATES.some((known) => known === state) ? state : undefined,
    assignee: search.get('assignee') || undefined,
    unit: search.get('unit') || undefined,
    q: search.get('q')?.trim() || undefined,
    field: search.get('field') || undefined,
    value: search.get('value') || undefined,
    match: FIELD_MATCHES.find((known) => known === search.get('match')),
  };
}

/** The address with one filter changed; empty ones are left out. */
export function withFilter(
  search: URLSearchParams,
  name: keyof TicketFilters,
  value: string | undefined,
): URLSearchParams {
  const next = new URLSearchParams(search);
  if (value) next.set(name, value);
  else next.delete(name);
  return next;
}

/** The address with another own field and value; words and fields are not searched together. */
export function withField(
  search: URLSearchParams,
  { field, value, match }: Pick<TicketFilters, 'field' | 'value' | 'match'>,
): URLSearchParams {
  const changes = Object.entries({ q: undefined, field, value, match });
  return changes.reduce((next, [name, to]) => withFilter(next, name as keyof TicketFilters, to), search);
}

/** A ticket by id. */
export function useTicket(id: string) {
  const api = useApi();
  return useQuery<Ticket, ApiError>({
    queryKey: ['tickets', 'one', id],
    queryFn: ({ signal }) => api.get<Ticket>(`/tickets/${id}`, { signal }),
  });
}

/** Agents a ticket can be given to. */
export function useAssignees(isEnabled: boolean) {
  const api = useApi();
  return useQuery<{ id: string; displayName: string }[], ApiError>({
    queryKey: ['agents'],
    queryFn: async ({ signal }) =>
      (await api.get<Page<{ id: string; displayName: string }>>('/agents', { signal })).items,
    enabled: isEnabled,
    retry: false,
  });
}

/** The name of a unit that stands in the address; undefined until it is known, and for none. */
export function useUnitName(id: string | undefined): { id: string; name: string } | undefined {
  const api = useApi();
  const { data } = useQuery<{ id: string; name: string }, ApiError>({
    queryKey: ['units', 'one', id],
    queryFn: ({ signal }) => api.get<{ id: string; name: string }>(`/units/${id}`, { signal }),
    enabled: id !== undefined,
    retry: false,
  });
  return data && { id: data.id, name: data.name };
}

/** Changes of a ticket. Each reads it again afterwards; a stale version is refused by the server. */
export function useTicketActions(ticket: Ticket) {
  const api = useApi();
  const cache = useQueryClient();
  const { id, version } = ticket;
  const reload = useCallback(() => cache.invalidateQueries({ queryKey: ['tickets'] }), [cache]);

  async function change<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } finally {
      // After a refusal too: somebody else may have changed the ticket.
      await reload();
    }
  }

  return {
    patch: (body: { priority?: TicketPriority; assigneeId?: string | null; subject?: string }) =>
      change(() => api.patch(`/tickets/${id}`, { body, version })),
    move: (to: TicketState, comment?: string) =>
      change(() =>
        api.post(`/tickets/${id}/transitions`, { body: comment ? { to, comment } : { to }, version }),
      ),
    transfer: (unitId: string, comment: string) =>
      change(() =>
        api.post<{ unit: { id: string; name: string } }>(`/tickets/${id}/transfer`, {
          body: comment ? { unitId, comment } : { unitId },
          version,
        }),
      ),
    comment: (text: string, internal: boolean, fileIds: readonly string[]) =>
      change(() => api.create(`/tickets/${id}/comments`, { body: { text, internal, fileIds } })),
  };
}
