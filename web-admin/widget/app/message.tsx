/** @jsxImportSource preact */
import { useContext } from 'preact/hooks';
import type { ChatMessage, Outgoing } from '../protocol/index.ts';
import { LanguageContext } from './context.ts';
import { FileBubble } from './file.tsx';
import type { Actions } from './store.ts';
import { translateCode, type Language } from './texts.ts';

/** Hours and minutes in the customer's zone, with the day when it is another one. Empty for no instant. */
export function formatAt(at: string, language: Language, now: Date = new Date()): string {
  const instant = new Date(at);
  if (Number.isNaN(instant.getTime())) return '';
  const isToday = instant.toDateString() === now.toDateString();
  const day = isToday ? {} : ({ month: 'short', day: 'numeric' } as const);
  return instant.toLocaleString(language, { ...day, hour: '2-digit', minute: '2-digit', hour12: false });
}

/** One message. Texts are drawn as text: nothing anybody wrote becomes markup. */
export function Message({ message, actions }: { message: ChatMessage; actions: Actions }) {
  const { t, language } = useContext(LanguageContext);
  const { from, at } = message;
  const text = message.isRecalled ? t('recalled') : message.text;
  if (from === 'system') return <p class="note">{text}</p>;
  const isMine = from === 'requester';
  const name = isMine ? t('you') : from === 'agent' ? message.agentName || t('agent') : t('robot');
  return (
    <div class={isMine ? 'row mine' : `row others ${from}`}>
      <p class="meta">
        <span class={isMine ? 'spoken' : undefined}>{name}</span>
        <time dateTime={at}>{formatAt(at, language)}</time>
      </p>
      {message.file && !message.isRecalled ? (
        <FileBubble file={message.file} actions={actions} />
      ) : (
        <p class={message.isRecalled ? 'bubble recalled' : 'bubble'}>{text}</p>
      )}
      {message.generatedByMachine && <p class="machine">{t('machine')}</p>}
    </div>
  );
}

/** One message the server does not have yet, or did not take. */
export function Pending({ item, actions }: { item: Outgoing; actions: Actions }) {
  const { t } = useContext(LanguageContext);
  const isFailed = item.phase === 'failed';
  return (
    <div class="row mine">
      <p class={isFailed ? 'bubble failed' : 'bubble pending'}>
        {item.kind === 'handover' ? t('askPerson') : item.text}
      </p>
      {isFailed ? (
        <p class="failure">
          {t('failed')}: {translateCode(t, item.code)}{' '}
          <button type="button" onClick={() => actions.retry(item.id)}>
            {t('retry')}
          </button>{' '}
          <button type="button" onClick={() => actions.discard(item.id)}>
            {t('discard')}
          </button>
        </p>
      ) : (
        <p class="meta">{t('sending')}…</p>
      )}
    </div>
  );
}

/** The robot's "did you mean", as buttons: its choices, none of them, or a person. */
export function Clarify({ message, actions }: { message: ChatMessage; actions: Actions }) {
  const { t } = useContext(LanguageContext);
  return (
    <div class="options" role="group" aria-label={t('options')}>
      {message.robot?.options?.map((option) => (
        <button type="button" key={option.articleId} onClick={() => actions.choose(option)}>
          {option.question}
        </button>
      ))}
      <button type="button" class="plain" onClick={() => actions.send(t('none'))}>
        {t('none')}
      </button>
      <button type="button" class="plain" onClick={actions.askPerson}>
        {t('person')}
      </button>
    </div>
  );
}
