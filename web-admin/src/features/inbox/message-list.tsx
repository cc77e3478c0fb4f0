import { Button } from 'antd';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { ErrorFace, LoadingFace, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useLive, type PendingMessage } from '../../realtime/index.ts';
import { useNotes, type useMessages } from './inbox-data.ts';
import { MessageBubble, NoteBubble, PendingBubble } from './message-bubble.tsx';
import { buildTimeline, type TimelineItem } from './timeline.ts';

/** So close to the end that new messages may scroll along. */
const NEAR_END_PX = 80;
const TYPING_MS = 6_000;
const NOTHING_PENDING: readonly PendingMessage[] = [];

/** Keeps the end in view while the reader is there, and leaves the reader alone who looks further up. */
function useFollowEnd(lastKey: string | undefined, hasFrame: boolean) {
  const frame = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [hasNew, setHasNew] = useState(false);
  function handleScroll(): void {
    const element = frame.current;
    if (!element) return;
    isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    if (isAtEnd.current) setHasNew(false);
  }
  function scrollToEnd(): void {
    const element = frame.current;
    if (element) element.scrollTop = element.scrollHeight;
  }
  useLayoutEffect(() => {
    if (isAtEnd.current) scrollToEnd();
    else setHasNew(true);
  }, [lastKey]);
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    // A growing composer or a banner takes room away: the last message stays in view.
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    // A picture makes its message higher when it arrives. Its event does not bubble, so it is caught on the way down.
    const grew = () => {
      if (isAtEnd.current) element.scrollTop = element.scrollHeight;
    };
    element.addEventListener('load', grew, true);
    return () => {
      observer.disconnect();
      element.removeEventListener('load', grew, true);
    };
  }, [hasFrame]);
  return { frame, hasNew, handleScroll, scrollToEnd };
}

function TypingLine({ conversationId }: { conversationId: string }) {
  const { t } = useI18n();
  const typingAtMs = useLive()?.typingAtMs[conversationId] ?? 0;
  const [endedAtMs, setEndedAtMs] = useState(0);
  useEffect(() => {
    if (typingAtMs === 0) return undefined;
    const timer = setTimeout(() => setEndedAtMs(typingAtMs), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typingAtMs]);
  const isTyping = typingAtMs > endedAtMs;
  return (
    <p className="typing-line" role="status">
      {isTyping ? t('message.typing') : ''}
    </p>
  );
}

function TimelineRow({ item, conversationId }: { item: TimelineItem; conversationId: string }) {
  const { format } = useI18n();
  const live = useLive();
  switch (item.kind) {
    case 'day':
      return <li className="message-day">{format.date(item.at)}</li>;
    case 'message':
      return <MessageBubble message={item.message} />;
    case 'note':
      return <NoteBubble note={item.note} />;
    case 'pending':
      return (
        <PendingBubble
          pending={item.pending}
          onResend={(id) => live?.resend(conversationId, id)}
          onDiscard={(id) => live?.discard(conversationId, id)}
        />
      );
  }
}

/** Middle column: messages, notes, and what is still being sent. */
export function MessageList(props: { conversationId: string; log: ReturnType<typeof useMessages> }) {
  const { conversationId, log } = props;
  const { t, format } = useI18n();
  const showProblem = useProblemToast();
  const { data: notes } = useNotes(conversationId);
  const pending = useLive()?.outbox[conversationId] ?? NOTHING_PENDING;
  const items = useMemo(
    () => buildTimeline({ messages: log.data?.items ?? [], notes: notes ?? [], pending, dayOf: format.date }),
    [log.data, notes, pending, format],
  );
  const { frame, hasNew, handleScroll, scrollToEnd } = useFollowEnd(
    items[items.length - 1]?.key,
    log.data !== undefined,
  );
  if (log.isPending) return <LoadingFace />;
  if (log.error && !log.data) return <ErrorFace error={log.error} onRetry={() => void log.refetch()} />;
  return (
    <div className="message-frame">
      <div
        className="message-scroll"
        ref={frame}
        onScroll={handleScroll}
        tabIndex={0}
        role="region"
        aria-label={t('message.list')}
      >
        {log.data && !log.data.isFromStart && (
          <div className="load-more">
            <Button
              size="small"
              loading={log.isLoadingOlder}
              onClick={() => void log.loadOlder().catch(showProblem)}
            >
              {t('message.older')}
            </Button>
          </div>
        )}
        <ol className="message-list" aria-live="polite" aria-relevant="additions">
          {items.map((item) => (
            <TimelineRow key={item.key} item={item} conversationId={conversationId} />
          ))}
        </ol>
        <TypingLine conversationId={conversationId} />
      </div>
      {hasNew && (
        <Button className="new-messages" type="primary" size="small" onClick={scrollToEnd}>
          {t('message.new')}
        </Button>
      )}
    </div>
  );
}
