import { EditOutlined, EyeOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { Fragment, useEffect, useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useCan } from '../../auth/index.ts';
import { ErrorFace, LoadingFace, SealedText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { RecordFieldsCard } from '../../records/index.ts';
import { SystemCards } from '../../systems/index.ts';
import { isOff, useLayout, type PanelCard } from '../../tailoring/index.ts';
import { RequesterDialog } from './requester-dialog.tsx';
import { maskedValue, REVEAL_FIELDS, useRequester, type Requester, type Revealed } from './requester-data.ts';
import { FIELD_LABELS, RevealDialog } from './reveal-dialog.tsx';

const CLOCK_MS = 1000;

/** Plain values leave the memory of the page when their time is over. */
function useRevealed() {
  const [revealed, setRevealed] = useState<Revealed>();
  const [leftSeconds, setLeftSeconds] = useState(0);
  useEffect(() => {
    if (!revealed) return undefined;
    const tick = () => {
      const seconds = Math.ceil((revealed.untilMs - Date.now()) / 1000);
      setLeftSeconds(Math.max(0, seconds));
      if (seconds <= 0) setRevealed(undefined);
    };
    tick();
    const timer = setInterval(tick, CLOCK_MS);
    return () => clearInterval(timer);
  }, [revealed]);
  return { revealed, leftSeconds, show: setRevealed, hide: () => setRevealed(undefined) };
}

function Fields({ requester, revealed }: { requester: Requester; revealed: Revealed | undefined }) {
  const { t, format } = useI18n();
  return (
    <dl className="facts">
      {REVEAL_FIELDS.map((field) => {
        const plain = revealed?.values[field];
        return (
          <div key={field}>
            <dt>{t(FIELD_LABELS[field])}</dt>
            <dd className={plain ? 'is-revealed' : undefined}>
              {plain ?? maskedValue(requester, field) ?? '—'}
            </dd>
          </div>
        );
      })}
      {requester.externalRef && (
        <div>
          <dt>{t('requester.reference')}</dt>
          <dd>{requester.externalRef}</dd>
        </div>
      )}
      <div>
        <dt>{t('requester.since')}</dt>
        <dd>{format.date(requester.createdAt)}</dd>
      </div>
    </dl>
  );
}

function Tickets({ requester }: { requester: Requester }) {
  const { t, tMaybe } = useI18n();
  return (
    <section className="side-section" aria-label={t('requester.tickets')}>
      <h3>{t('requester.tickets')}</h3>
      {requester.tickets.length === 0 && <p className="soft">{t('common.none')}</p>}
      <ul className="plain-list">
        {requester.tickets.map((ticket) => (
          <li key={ticket.id}>
            <Link to={`/tickets/${ticket.id}`}>
              #{ticket.number} <SealedText text={ticket.subject} isUnreadable={ticket.isUnreadable} />
            </Link>{' '}
            <span className="soft">{tMaybe(`ticket.state.${ticket.state}`) ?? ticket.state}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Conversations({
  requester,
  conversationId,
}: {
  requester: Requester;
  conversationId: string | undefined;
}) {
  const { t, tMaybe, format } = useI18n();
  const earlier = requester.conversations.filter((conversation) => conversation.id !== conversationId);
  return (
    <section className="side-section" aria-label={t('requester.conversations')}>
      <h3>{t('requester.conversations')}</h3>
      {earlier.length === 0 && <p className="soft">{t('common.none')}</p>}
      <ul className="plain-list">
        {earlier.map((conversation) => (
          <li key={conversation.id}>
            <Link to={`/inbox/${conversation.id}`}>{format.dateTime(conversation.openedAt)}</Link>{' '}
            <span className="soft">{tMaybe(`conversation.state.${conversation.state}`)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Masked values, and the ways to reveal and to change them. */
function Profile(props: {
  requester: Requester;
  conversationId: string | undefined;
  ticketId: string | undefined;
}) {
  const { requester, conversationId, ticketId } = props;
  const { t } = useI18n();
  const can = useCan();
  const { revealed, leftSeconds, show, hide } = useRevealed();
  const [dialog, setDialog] = useState<'reveal' | 'edit'>();
  return (
    <section className="side-section" aria-label={t('requester.title')}>
      <h2>
        {t('requester.title')}{' '}
        <small className="soft">{t(requester.isIdentified ? 'inbox.identified' : 'inbox.anonymous')}</small>
      </h2>
      <Fields requester={requester} revealed={revealed} />
      {revealed ? (
        <p role="timer" className="reveal-timer">
          {t('requester.hides_in', { seconds: leftSeconds })}{' '}
          <Button size="small" onClick={hide}>
            {t('requester.hide_now')}
          </Button>
        </p>
      ) : (
        <div className="side-tools">
          {can('requester:reveal') && (
            <Button size="small" icon={<EyeOutlined />} onClick={() => setDialog('reveal')}>
              {t('requester.reveal')}
            </Button>
          )}
          {can('conversation:work') && (
            <Button size="small" icon={<EditOutlined />} onClick={() => setDialog('edit')}>
              {t('requester.edit')}
            </Button>
          )}
        </div>
      )}
      {dialog === 'reveal' && (
        <RevealDialog
          requester={requester}
          ticketId={ticketId}
          conversationId={conversationId}
          onClose={() => setDialog(undefined)}
          onRevealed={(values) => {
            show(values);
            setDialog(undefined);
          }}
        />
      )}
      {dialog === 'edit' && <RequesterDialog requester={requester} onClose={() => setDialog(undefined)} />}
    </section>
  );
}

function OwnFields({
  requester,
  conversationId,
}: {
  requester: Requester;
  conversationId: string | undefined;
}) {
  const can = useCan();
  const isReadOnly = !can('conversation:work');
  return (
    <>
      <RecordFieldsCard type="requester" id={requester.id} isReadOnly={isReadOnly} className="side-section" />
      {conversationId && (
        <RecordFieldsCard
          type="conversation"
          id={conversationId}
          isReadOnly={isReadOnly}
          className="side-section"
        />
      )}
    </>
  );
}

/** Right column: the customer with masked values, own fields, tickets, and earlier conversations, as the settings order them. */
export function CustomerPanel(props: {
  requesterId: string;
  conversationId: string | undefined;
  ticketId: string | undefined;
}) {
  const { requesterId, conversationId, ticketId } = props;
  const layout = useLayout();
  const { data: requester, error, refetch } = useRequester(requesterId);
  if (error) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!requester) return <LoadingFace />;
  const cards: Record<PanelCard, ReactNode> = {
    profile: <Profile requester={requester} conversationId={conversationId} ticketId={ticketId} />,
    fields: <OwnFields requester={requester} conversationId={conversationId} />,
    tickets: isOff(layout, 'tickets') ? null : <Tickets requester={requester} />,
    conversations: <Conversations requester={requester} conversationId={conversationId} />,
  };
  return (
    <>
      {layout.panels.customer.map((card) => (
        <Fragment key={card}>{cards[card]}</Fragment>
      ))}
      <SystemCards requesterId={requesterId} conversationId={conversationId} />
    </>
  );
}
