/** @jsxImportSource preact */
import { useContext, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ChatMessage, ProtocolState } from '../protocol/index.ts';
import { LanguageContext } from './context.ts';
import { Icon } from './icon.tsx';
import { UploadBubble } from './file.tsx';
import { Clarify, Message, Pending } from './message.tsx';
import { pickSiteText, type Actions, type View } from './store.ts';

/** Nearer to the end than this counts as reading the newest message, in CSS pixels. */
const END_DISTANCE_PX = 60;

/** The robot's open question: its last message, when it offers choices and nobody said anything since. */
export function findOpenQuestion({ messages, outbox, conversation }: ProtocolState): ChatMessage | undefined {
  if (conversation !== 'robot' || outbox.length > 0) return undefined;
  const last = messages[messages.length - 1];
  return last?.from === 'robot' && last.robot?.options?.length ? last : undefined;
}

/** Keeps the end in sight while the customer is there, and says so when something came elsewhere. */
function useFollowing(count: number, isOpen: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [hasMore, setHasMore] = useState(false);
  const goToEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
    setHasMore(false);
  };
  useLayoutEffect(() => {
    if (isAtEnd.current) goToEnd();
    else setHasMore(true);
  }, [count, isOpen]);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    // A phone's keyboard and the rating form make the box smaller; the end must stay in sight.
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) goToEnd();
    });
    observer.observe(element);
    // A picture makes its message higher when it arrives. Its event does not bubble, so it is caught on the way down.
    const grew = () => isAtEnd.current && goToEnd();
    element.addEventListener('load', grew, true);
    return () => {
      observer.disconnect();
      element.removeEventListener('load', grew, true);
    };
  }, []);
  const handleScroll = () => {
    const element = box.current;
    if (!element) return;
    isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < END_DISTANCE_PX;
    if (isAtEnd.current) setHasMore(false);
  };
  return { box, hasMore, goToEnd, handleScroll };
}

/** The conversation, oldest first. New messages are read out by screen readers (`role=log`). */
export function Log({ view, actions }: { view: View; actions: Actions }) {
  const { t, language } = useContext(LanguageContext);
  const { protocol } = view;
  const { messages, outbox, typingFrom } = protocol;
  const question = findOpenQuestion(protocol);
  const count =
    messages.length + outbox.length + view.uploads.length + (typingFrom ? 1 : 0) + (question ? 1 : 0);
  const { box, hasMore, goToEnd, handleScroll } = useFollowing(count, view.isOpen);
  return (
    <main class="log-frame">
      <div class="log" ref={box} onScroll={handleScroll} role="log" aria-label={t('log')} tabIndex={0}>
        <div class="row others">
          <p class="bubble welcome">{pickSiteText(view, 'welcome') || t('welcome')}</p>
        </div>
        {messages.map((message) => (
          <Message key={message.seq} message={message} actions={actions} />
        ))}
        {outbox.map((item) => (
          <Pending key={item.id} item={item} actions={actions} />
        ))}
        {view.uploads.map((upload) => (
          <UploadBubble key={upload.id} upload={upload} actions={actions} />
        ))}
        {question && <Clarify message={question} actions={actions} />}
      </div>
      <p class={typingFrom ? 'typing' : 'typing hidden'} role="status">
        {typingFrom && `${t(typingFrom)}${language === 'en' ? ' ' : ''}${t('typing')}…`}
      </p>
      {hasMore && (
        <button type="button" class="more" onClick={goToEnd}>
          <Icon name="down" />
          {t('newMessages')}
        </button>
      )}
    </main>
  );
}
