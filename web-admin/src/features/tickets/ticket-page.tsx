import { App, Button, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { useCan, useSession } from '../../auth/index.ts';
import {
  ErrorFace,
  LoadingFace,
  Page,
  SealedText,
  TICKET_PRIORITIES,
  useProblemToast,
  type TicketPriority,
} from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { RecordFieldsCard } from '../../records/index.ts';
import { SystemRecords } from '../../systems/index.ts';
import { TicketComments } from './ticket-comments.tsx';
import { useAssignees, useTicket, useTicketActions, type Ticket, type TicketState } from './ticket-data.ts';
import { TicketHistory } from './ticket-history.tsx';
import { StateMark } from './ticket-marks.tsx';
import { TicketUnit } from './ticket-transfer.tsx';

const COMMENT_MAX = 2_000;
const NOBODY = '';

function MoveDialog({ ticket, to, onClose }: { ticket: Ticket; to: TicketState; onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const showProblem = useProblemToast();
  const actions = useTicketActions(ticket);
  const [comment, setComment] = useState('');
  const [isSending, setSending] = useState(false);
  const state = t(`ticket.state.${to}`);
  async function handleOk(): Promise<void> {
    setSending(true);
    try {
      await actions.move(to, comment.trim());
      void message.success(t('ticket.moved', { state }));
      onClose();
    } catch (thrown) {
      showProblem(thrown);
    } finally {
      setSending(false);
    }
  }
  return (
    <Modal
      open
      title={t('ticket.move_to', { state })}
      okButtonProps={{ loading: isSending }}
      onOk={() => void handleOk()}
      onCancel={onClose}
    >
      <label htmlFor="move-comment">{t('ticket.move_comment')}</label>
      <Input.TextArea
        id="move-comment"
        rows={3}
        maxLength={COMMENT_MAX}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
      />
    </Modal>
  );
}

/** Buttons for the states the ticket may go to; the server says which. */
function Moves({ ticket }: { ticket: Ticket }) {
  const { t } = useI18n();
  const [to, setTo] = useState<TicketState>();
  return (
    <>
      {ticket.allowedTransitions.map((state) => (
        <Button key={state} type={state === 'solved' ? 'primary' : 'default'} onClick={() => setTo(state)}>
          {t('ticket.move_to', { state: t(`ticket.state.${state}`) })}
        </Button>
      ))}
      {to && <MoveDialog ticket={ticket} to={to} onClose={() => setTo(undefined)} />}
    </>
  );
}

/** Who may be chosen: everybody for those who assign, oneself for the others. */
function useAssigneeOptions(ticket: Ticket) {
  const { t } = useI18n();
  const can = useCan();
  const { account } = useSession();
  const { data: agents } = useAssignees(can('agent:list'));
  const me = { value: account.id, label: `${account.displayName} (${t('common.me')})` };
  const others = (agents ?? [])
    .filter((agent) => agent.id !== account.id)
    .map((agent) => ({ value: agent.id, label: agent.displayName }));
  const options = [
    { value: NOBODY, label: t('ticket.unassigned') },
    me,
    ...(can('ticket:assign') ? others : []),
  ];
  const { assignee } = ticket;
  const isListed = !assignee || options.some((option) => option.value === assignee.id);
  return isListed ? options : [...options, { value: assignee.id, label: assignee.displayName }];
}

/** When the ticket was opened, last changed, and from what it came. */
function Origin({ ticket }: { ticket: Ticket }) {
  const { t, format } = useI18n();
  return (
    <>
      <div>
        <dt>{t('ticket.opened')}</dt>
        <dd>{format.dateTime(ticket.openedAt)}</dd>
      </div>
      <div>
        <dt>{t('ticket.updated')}</dt>
        <dd>{format.dateTime(ticket.updatedAt)}</dd>
      </div>
      {ticket.conversationId && (
        <div>
          <dt>{t('ticket.conversation')}</dt>
          <dd>
            <Link to={`/inbox/${ticket.conversationId}`}>{t('ticket.open_conversation')}</Link>
          </dd>
        </div>
      )}
    </>
  );
}

function Details({ ticket }: { ticket: Ticket }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const showProblem = useProblemToast();
  const actions = useTicketActions(ticket);
  const assigneeOptions = useAssigneeOptions(ticket);
  const isClosed = ticket.state === 'closed';
  const can = useCan();
  const { account } = useSession();
  const mayTransfer = can('ticket:assign') || !ticket.assignee || ticket.assignee.id === account.id;
  function save(body: Parameters<typeof actions.patch>[0]): void {
    actions.patch(body).then(() => void message.success(t('ticket.saved')), showProblem);
  }
  return (
    <section className="panel" aria-label={t('ticket.details')}>
      <h2>{t('ticket.details')}</h2>
      <dl className="facts">
        <div>
          <dt>{t('ticket.state')}</dt>
          <dd>
            <StateMark state={ticket.state} />
          </dd>
        </div>
        <div>
          <dt id="ticket-priority">{t('ticket.priority')}</dt>
          <dd>
            <Select<TicketPriority>
              className="fact-select"
              aria-labelledby="ticket-priority"
              disabled={isClosed}
              value={ticket.priority}
              onChange={(priority) => save({ priority })}
              options={TICKET_PRIORITIES.map((value) => ({ value, label: t(`ticket.priority.${value}`) }))}
            />
          </dd>
        </div>
        <div>
          <dt id="ticket-assignee">{t('ticket.assignee')}</dt>
          <dd>
            <Select<string>
              className="fact-select"
              aria-labelledby="ticket-assignee"
              disabled={isClosed}
              value={ticket.assignee?.id ?? NOBODY}
              onChange={(id) => save({ assigneeId: id === NOBODY ? null : id })}
              options={assigneeOptions}
            />
          </dd>
        </div>
        <div>
          <dt>{t('ticket.unit')}</dt>
          <dd>
            <TicketUnit ticket={ticket} mayTransfer={!isClosed && mayTransfer} />
          </dd>
        </div>
        <div>
          <dt>{t('ticket.requester')}</dt>
          <dd>{ticket.requester?.nameMasked ?? '—'}</dd>
        </div>
        <Origin ticket={ticket} />
      </dl>
    </section>
  );
}

/** One ticket: description, comments, history, and what may be done with it. */
export default function TicketPage() {
  const { id = '' } = useParams();
  const { t } = useI18n();
  const { data: ticket, error, refetch } = useTicket(id);
  if (error && !ticket) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!ticket) return <LoadingFace />;
  const subject = ticket.isUnreadable ? ticket.subject || t('common.unreadable') : ticket.subject;
  return (
    <Page title={`#${ticket.number} ${subject}`} tools={<Moves ticket={ticket} />}>
      <div className="ticket-columns">
        <div>
          <section className="panel" aria-label={t('ticket.description')}>
            <h2>{t('ticket.description')}</h2>
            <p className="keep-lines">
              <SealedText text={ticket.description} isUnreadable={ticket.isUnreadable} />
            </p>
          </section>
          <TicketComments ticket={ticket} />
        </div>
        <div>
          <Details ticket={ticket} />
          <RecordFieldsCard
            type="ticket"
            id={ticket.id}
            isReadOnly={ticket.state === 'closed'}
            className="panel"
          />
          <SystemRecords ticketId={ticket.id} />
          <TicketHistory ticket={ticket} />
        </div>
      </div>
    </Page>
  );
}
