import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import type { ApiError } from '../../api/index.ts';
import { useApi, type ApiClient, type Page } from '../../api/index.ts';
import {
  contiguousSeq,
  LIVE_KEYS,
  mergeMessages,
  useLive,
  type Conversation,
  type Message,
  type MessageLog,
} from '../../realtime/index.ts';

/** Messages read in one go; older ones come when asked for. */
const MESSAGES_PAGE = 100;

/** Where the socket cannot help (it is down, or the conversation belongs to somebody else), new messages are asked for. */
const POLL_MS = 5_000;

/** A conversation with what its own page shows besides the row. */
export interface ConversationDetail extends Conversation {
  csat?: { score: number; comment?: string | null } | null;
  ticketIds: string[];
  robotOutcome?: string | null;
  closedAt?: string | null;
  context?: {
    reason?: string;
    candidates?: { articleId: string; question: string; score: number }[];
    lastQuestions?: string[];
  } | null;
}

/** A note agents leave for each other. */
export interface Note {
  id: string;
  text: string;
  isUnreadable?: boolean;
  author: { id: string; displayName: string };
  at: string;
}

/** An answer the robot would give, offered to the agent. */
export interface Suggestion {
  articleId: string;
  articleVersion: number;
  question: string;
  answer: string;
  /** 0 to 1. */
  score: number;
}

/** What may help the agent: answers, and an approved opening for a customer who is upset. */
export interface Help {
  items: Suggestion[];
  opening?: { articleId: string; text: string };
}

/** The conversation of a page; kept fresh by the socket. */
export function useConversation(id: string) {
  const api = useApi();
  return useQuery<ConversationDetail, ApiError>({
    queryKey: LIVE_KEYS.conversation(id),
    queryFn: ({ signal }) => api.get<ConversationDetail>(`/conversations/${id}`, { signal }),
  });
}

/** Everything after the last message held, however many pages that takes. */
async function readNewer(api: ApiClient, id: string, after: number, signal: AbortSignal): Promise<Message[]> {
  const newer: Message[] = [];
  for (let seq = after; ;) {
    const page = await api.get<Page<Message>>(`/conversations/${id}/messages`, {
      query: { after: seq, limit: MESSAGES_PAGE },
      signal,
    });
    newer.push(...page.items);
    if (page.items.length < MESSAGES_PAGE) return newer;
    seq = Math.max(seq + 1, ...page.items.map((message) => message.seq));
  }
}

async function readBefore(
  api: ApiClient,
  id: string,
  before: number,
  signal?: AbortSignal,
): Promise<Message[]> {
  const page = await api.get<Page<Message>>(`/conversations/${id}/messages`, {
    query: { before, limit: MESSAGES_PAGE },
    signal,
  });
  return page.items;
}

function logOf(items: Message[]): MessageLog {
  return { items, isFromStart: (items[0]?.seq ?? 1) === 1 };
}

/** Messages of a conversation: the newest page first, then what the socket brings, older ones on demand. */
export function useMessages(conversation: Conversation) {
  const api = useApi();
  const cache = useQueryClient();
  const isLive = useLive()?.state === 'open';
  const { id, lastSeq } = conversation;
  const key = LIVE_KEYS.messages(id);
  const query = useQuery<MessageLog, ApiError>({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const held = cache.getQueryData<MessageLog>(key)?.items ?? [];
      const read =
        held.length > 0
          ? await readNewer(api, id, contiguousSeq(held), signal)
          : await readBefore(api, id, lastSeq + 1, signal);
      // Frames may have arrived while the answer was on its way.
      return logOf(mergeMessages(cache.getQueryData<MessageLog>(key)?.items ?? [], read));
    },
    refetchInterval: isLive || conversation.state === 'closed' ? false : POLL_MS,
  });
  const [isLoadingOlder, setLoadingOlder] = useState(false);
  const firstSeq = query.data?.items[0]?.seq;
  async function loadOlder(): Promise<void> {
    if (firstSeq === undefined) return;
    setLoadingOlder(true);
    try {
      const older = await readBefore(api, id, firstSeq);
      cache.setQueryData<MessageLog>(key, (log) => logOf(mergeMessages(log?.items ?? [], older)));
    } finally {
      setLoadingOlder(false);
    }
  }
  return { ...query, isLoadingOlder, loadOlder };
}

/** Asks the server to push a conversation's messages while it is on the screen, whoever it belongs to. */
export function useWatch(conversationId: string): void {
  const live = useLive();
  const state = live?.state;
  const notify = live?.notify;
  useEffect(() => {
    if (state !== 'open' || !notify) return undefined;
    notify({ t: 'watch', conversation: conversationId });
    return () => notify({ t: 'unwatch', conversation: conversationId });
  }, [state, notify, conversationId]);
}

/** Internal notes of a conversation, oldest first. */
export function useNotes(id: string) {
  const api = useApi();
  return useQuery<Note[], ApiError>({
    queryKey: LIVE_KEYS.notes(id),
    queryFn: async ({ signal }) =>
      (await api.get<Page<Note>>(`/conversations/${id}/notes`, { signal })).items,
  });
}

/** Suggested answers to the requester's last message; read again when there is a newer one. */
export function useSuggestions(conversationId: string, lastRequesterSeq: number, isEnabled: boolean) {
  const api = useApi();
  return useQuery<Help, ApiError>({
    queryKey: ['suggestions', conversationId, lastRequesterSeq],
    queryFn: ({ signal }) => api.get<Help>(`/conversations/${conversationId}/suggestions`, { signal }),
    enabled: isEnabled && lastRequesterSeq > 0,
    staleTime: Infinity,
  });
}

/** Acts on a conversation; each one answers with the conversation's new row. */
export function useConversationActions(id: string) {
  const api = useApi();
  const cache = useQueryClient();
  const act = useCallback(
    async (verb: 'accept' | 'take' | 'handover' | 'close', body: object = {}) => {
      await api.post<Conversation>(`/conversations/${id}/${verb}`, { body });
      await cache.invalidateQueries({ queryKey: ['conversations'] });
    },
    [api, cache, id],
  );
  const addNote = useCallback(
    async (text: string) => {
      await api.create<Note>(`/conversations/${id}/notes`, { body: { text } });
      await cache.invalidateQueries({ queryKey: LIVE_KEYS.notes(id) });
    },
    [api, cache, id],
  );
  return { act, addNote };
}
