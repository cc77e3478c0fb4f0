import { LockOutlined, RobotOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { Link } from 'react-router';
import { useCan, useSession } from '../../auth/index.ts';
import { FileCard } from '../../components/files/index.ts';
import { SealedText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import type { Message, PendingMessage, RobotMark } from '../../realtime/index.ts';
import type { Note } from './inbox-data.ts';

/** What the robot's message rests on: article and version, confidence, choices offered. */
function RobotFacts({ robot }: { robot: RobotMark }) {
  const { t, format } = useI18n();
  const canOpen = useCan()('knowledge:read');
  return (
    <div className="robot-facts">
      {robot.articleId &&
        (canOpen ? (
          <Link to={`/knowledge/${robot.articleId}`}>{t('message.article')}</Link>
        ) : (
          <span>{t('message.article')}</span>
        ))}
      {robot.articleVersion !== undefined && (
        <span>{t('message.version', { version: robot.articleVersion })}</span>
      )}
      {robot.confidence !== undefined && (
        <span>{t('message.confidence', { percent: format.percent(robot.confidence, 0) })}</span>
      )}
      {robot.options && robot.options.length > 0 && (
        <ol aria-label={t('message.options')}>
          {robot.options.map((option) => (
            <li key={option.articleId}>{option.question}</li>
          ))}
        </ol>
      )}
    </div>
  );
}

function useSenderName(): (message: Message) => string {
  const { t } = useI18n();
  const { account } = useSession();
  return (message) => {
    if (message.from === 'requester') return t('message.from_requester');
    if (message.from === 'robot') return t('message.from_robot');
    if (message.agentId === account.id) return account.displayName;
    return message.agentName || t('message.from_agent');
  };
}

function MessageText({ message }: { message: Message }) {
  const { t } = useI18n();
  if (message.isRecalled) return <em>{t('message.recalled')}</em>;
  if (message.file) return <FileCard file={message.file} />;
  if (message.kind === 'unreadable') return <em>{t('message.unreadable')}</em>;
  return <p className="keep-lines">{message.text}</p>;
}

/** One message. People's text is drawn as text, never as HTML. */
export function MessageBubble({ message }: { message: Message }) {
  const { t, format } = useI18n();
  const senderName = useSenderName();
  const time = <time dateTime={message.at}>{format.shortTime(message.at, Date.parse(message.at))}</time>;
  if (message.from === 'system') {
    return (
      <li className="message message-system">
        <span>{message.text}</span> {time}
      </li>
    );
  }
  return (
    <li className={`message message-${message.from}`}>
      <div className="message-head">
        <span className="message-sender">
          {message.from === 'robot' && <RobotOutlined />} {senderName(message)}
        </span>
        {message.generatedByMachine && <span className="machine-mark">{t('message.machine')}</span>}
        {time}
      </div>
      <div className="message-body">
        <MessageText message={message} />
        {message.robot && <RobotFacts robot={message.robot} />}
      </div>
    </li>
  );
}

/** A note for colleagues: another colour, a lock, and words that say so. */
export function NoteBubble({ note }: { note: Note }) {
  const { t, format } = useI18n();
  return (
    <li className="message message-note">
      <div className="message-head">
        <span className="message-sender">
          <LockOutlined /> {note.author.displayName}
        </span>
        <span className="note-mark">{t('note.label')}</span>
        <time dateTime={note.at}>{format.shortTime(note.at, Date.parse(note.at))}</time>
      </div>
      <div className="message-body">
        <p className="keep-lines">
          <SealedText text={note.text} isUnreadable={note.isUnreadable} />
        </p>
      </div>
    </li>
  );
}

/** A message on its way, or one that was refused and waits for the agent's decision. */
export function PendingBubble(props: {
  pending: PendingMessage;
  onResend: (id: string) => void;
  onDiscard: (id: string) => void;
}) {
  const { t, tMaybe } = useI18n();
  const { pending, onResend, onDiscard } = props;
  const isRefused = pending.state === 'refused';
  return (
    <li className={`message message-agent message-pending ${isRefused ? 'is-refused' : ''}`}>
      <div className="message-body">
        <p className="keep-lines">{pending.text}</p>
      </div>
      <div className="message-foot" role={isRefused ? 'alert' : 'status'}>
        {isRefused
          ? t('message.refused', { reason: tMaybe(`error.${pending.code}`) ?? t('error.unknown') })
          : t('message.sending')}
        {isRefused && (
          <>
            <Button size="small" onClick={() => onResend(pending.id)}>
              {t('message.resend')}
            </Button>
            <Button size="small" type="text" onClick={() => onDiscard(pending.id)}>
              {t('message.discard')}
            </Button>
          </>
        )}
      </div>
    </li>
  );
}
