import { RobotOutlined } from '@ant-design/icons';
import { useEffect, useRef } from 'react';
import { useI18n } from '../../i18n/index.ts';
import type { Message } from '../../realtime/index.ts';
import { markText } from './evidence-spans.ts';
import type { Evidence } from './qa-data.ts';

/** The evidence a reader asked for; `at` makes a second click on the same one count. */
export interface Focus {
  evidence: Evidence;
  at: number;
}

function useSenderName(): (message: Message) => string {
  const { t } = useI18n();
  return ({ from, agentName }) => {
    if (from === 'requester') return t('message.from_requester');
    if (from === 'robot') return t('message.from_robot');
    return agentName || t('message.from_agent');
  };
}

function MarkedText({ message, spans }: { message: Message; spans: readonly Evidence[] }) {
  const { t } = useI18n();
  if (message.isRecalled) return <em>{t('message.recalled')}</em>;
  if (message.kind === 'unreadable') return <em>{t('message.unreadable')}</em>;
  return (
    <p className="keep-lines">
      {markText(message.text, spans).map((run, index) =>
        run.isMarked ? <mark key={index}>{run.text}</mark> : <span key={index}>{run.text}</span>,
      )}
    </p>
  );
}

function TranscriptRow(props: { message: Message; spans: readonly Evidence[]; isFocused: boolean }) {
  const { t, format } = useI18n();
  const senderName = useSenderName();
  const { message, spans, isFocused } = props;
  const time = <time dateTime={message.at}>{format.exactTime(message.at)}</time>;
  const focused = isFocused ? ' is-focused' : '';
  if (message.from === 'system') {
    return (
      <li data-seq={message.seq} tabIndex={-1} className={`message message-system${focused}`}>
        <span>{message.text}</span> {time}
      </li>
    );
  }
  return (
    <li data-seq={message.seq} tabIndex={-1} className={`message message-${message.from}${focused}`}>
      <div className="message-head">
        <span className="message-sender">
          {message.from === 'robot' && <RobotOutlined />} {senderName(message)}
        </span>
        {message.generatedByMachine && <span className="machine-mark">{t('message.machine')}</span>}
        {time}
      </div>
      <div className="message-body">
        <MarkedText message={message} spans={spans} />
      </div>
    </li>
  );
}

/** The conversation that was judged; evidence is marked, and the one asked for comes into view. */
export function Transcript(props: {
  messages: readonly Message[];
  evidence: readonly Evidence[];
  focus: Focus | undefined;
}) {
  const { t } = useI18n();
  const { messages, evidence, focus } = props;
  const frame = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (!focus) return;
    const row = frame.current?.querySelector<HTMLElement>(`[data-seq="${focus.evidence.seq}"]`);
    row?.scrollIntoView({ block: 'nearest' });
    row?.focus({ preventScroll: true });
  }, [focus]);
  return (
    <section className="panel transcript-panel" tabIndex={0} aria-label={t('qa.transcript')}>
      <h2>{t('qa.transcript')}</h2>
      {messages.length === 0 && <p className="soft">{t('qa.transcript_empty')}</p>}
      <ol className="message-list transcript" ref={frame}>
        {messages.map((message) => (
          <TranscriptRow
            key={message.seq}
            message={message}
            spans={evidence.filter(({ seq }) => seq === message.seq)}
            isFocused={focus?.evidence.seq === message.seq}
          />
        ))}
      </ol>
    </section>
  );
}
