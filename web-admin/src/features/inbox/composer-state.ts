import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useApi, type Page } from '../../api/index.ts';
import { useSession } from '../../auth/index.ts';
import { useUploads } from '../../components/files/index.ts';
import { useProblemToast } from '../../components/index.ts';
import { useLive, type Conversation } from '../../realtime/index.ts';
import { cannedQuery, findCanned, type CannedResponse } from './canned.ts';
import { createDraftStore, type DraftStore } from './draft-store.ts';
import { useConversationActions, type Suggestion } from './inbox-data.ts';
import { suggestionOutcome } from './suggestion.ts';

/** Limit of a message in characters (contract). */
export const TEXT_CHARACTERS_MAX = 8_000;

export type ComposerMode = 'reply' | 'note';

/** All of them are read once, so that every key pressed finds them at once. */
const CANNED_MAX = 500;

/** The requester is told at most this often that the agent is typing. */
const TYPING_EVERY_MS = 3_000;

function draftId(conversationId: string, mode: ComposerMode): string {
  return mode === 'note' ? `${conversationId}.note` : conversationId;
}

/** Drafts of the signed-in account for as long as the inbox is shown; what an earlier page left is read first. */
export function useDrafts(): { drafts: DraftStore; isReady: boolean } {
  const { draftKey } = useSession();
  const drafts = useMemo(() => createDraftStore(sessionStorage, draftKey), [draftKey]);
  const [readyStore, setReadyStore] = useState<DraftStore>();
  useEffect(() => {
    void drafts.ready.then(() => setReadyStore(drafts));
  }, [drafts]);
  return { drafts, isReady: readyStore === drafts };
}

/** Canned responses that fit what was typed after `/`. */
function useCanned(text: string) {
  const api = useApi();
  const query = cannedQuery(text);
  const { data } = useQuery<CannedResponse[]>({
    queryKey: ['canned-responses'],
    queryFn: async ({ signal }) =>
      (await api.get<Page<CannedResponse>>('/canned-responses', { query: { limit: CANNED_MAX }, signal }))
        .items,
    enabled: query !== undefined,
    staleTime: 60_000,
  });
  return query === undefined ? undefined : findCanned(data ?? [], query);
}

/** The two texts of a conversation, kept as drafts: what was written as a note never becomes a reply by a slip. */
function useTexts(conversationId: string, drafts: DraftStore) {
  const [texts, setTexts] = useState<Record<ComposerMode, string>>(() => ({
    reply: drafts.get(draftId(conversationId, 'reply')),
    note: drafts.get(draftId(conversationId, 'note')),
  }));
  function store(mode: ComposerMode, next: string): void {
    setTexts((held) => ({ ...held, [mode]: next }));
    drafts.set(draftId(conversationId, mode), next);
  }
  return { texts, store };
}

/** The suggestion a reply started from; what became of it is told to the server when the reply is sent. */
function useTakenSuggestion(conversationId: string) {
  const api = useApi();
  const showProblem = useProblemToast();
  const [taken, setTaken] = useState<Suggestion>();
  function report(sent: string): void {
    if (!taken) return;
    const body = { articleId: taken.articleId, outcome: suggestionOutcome(taken.answer, sent) };
    api.post(`/conversations/${conversationId}/suggestions`, { body }).catch(showProblem);
    setTaken(undefined);
  }
  return { take: setTaken, report };
}

/** Says at most every few seconds that the agent is typing. */
function useTypingNotice(conversationId: string): () => void {
  const notify = useLive()?.notify;
  const saidAtMs = useRef(0);
  return () => {
    const nowMs = Date.now();
    if (nowMs - saidAtMs.current < TYPING_EVERY_MS) return;
    saidAtMs.current = nowMs;
    notify?.({ t: 'typing', conversation: conversationId });
  };
}

/** Everything the composer of one conversation knows and does. */
export function useComposer(conversation: Conversation, drafts: DraftStore) {
  const live = useLive();
  const showProblem = useProblemToast();
  const { addNote } = useConversationActions(conversation.id);
  const [mode, setMode] = useState<ComposerMode>('reply');
  const { texts, store } = useTexts(conversation.id, drafts);
  const suggestion = useTakenSuggestion(conversation.id);
  const sayTyping = useTypingNotice(conversation.id);
  const [isSaving, setSaving] = useState(false);
  const text = texts[mode];

  function change(next: string): void {
    store(mode, next);
    if (mode === 'reply' && next !== '') sayTyping();
  }

  function takeSuggestion(taken: Suggestion): void {
    setMode('reply');
    suggestion.take(taken);
    store('reply', taken.answer);
  }

  function sendReply(): void {
    live?.sendMessage(conversation.id, text);
    suggestion.report(text);
    store('reply', '');
  }

  async function saveNote(): Promise<void> {
    setSaving(true);
    try {
      await addNote(text);
      store('note', '');
      setMode('reply');
    } catch (thrown) {
      showProblem(thrown);
    } finally {
      setSaving(false);
    }
  }

  const characterCount = [...text].length;
  const uploads = useUploads(`/conversations/${conversation.id}/uploads`, (file) =>
    live?.sendFile(conversation.id, file),
  );
  const canReply = conversation.state === 'assigned' && live !== undefined;
  const canSubmit =
    text.trim() !== '' && characterCount <= TEXT_CHARACTERS_MAX && !isSaving && (mode === 'note' || canReply);
  const canned = useCanned(mode === 'reply' ? text : '');
  return {
    mode,
    setMode,
    text,
    change,
    takeSuggestion,
    characterCount,
    canSubmit,
    isSaving,
    canned,
    uploads,
    /** A file goes out as a reply as soon as the server has it; notes carry none. */
    attach: mode === 'reply' && canReply ? uploads.add : undefined,
    isOffline: live !== undefined && live.state !== 'open',
    submit: () => {
      if (!canSubmit) return;
      if (mode === 'reply') sendReply();
      else void saveNote();
    },
  };
}

export type Composer = ReturnType<typeof useComposer>;
