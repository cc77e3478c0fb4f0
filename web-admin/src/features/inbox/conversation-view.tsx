import { ArrowLeftOutlined, ProfileOutlined, UserOutlined } from '@ant-design/icons';
import { App, Button, Drawer } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea';
import { useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';
import { useApi } from '../../api/index.ts';
import { useCan, useSession } from '../../auth/index.ts';
import { CreateTicketDialog, useProblemToast } from '../../components/index.ts';
import { ExportButton } from '../../components/export/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { LIVE_KEYS, markRead, type MessageLog } from '../../realtime/index.ts';
import { ComposerBox } from './composer-box.tsx';
import { useComposer } from './composer-state.ts';
import { useRequesterName } from './requester-name.ts';
import { CustomerPanel } from './customer-panel.tsx';
import type { DraftStore } from './draft-store.ts';
import { HandoverDialog } from './handover-dialog.tsx';
import {
  useConversationActions,
  useMessages,
  useSuggestions,
  useWatch,
  type ConversationDetail,
  type Suggestion,
} from './inbox-data.ts';
import { MessageList } from './message-list.tsx';
import { useShortcuts } from './shortcuts.ts';
import { SuggestionsPanel } from './suggestions-panel.tsx';
import { CollectedFacts } from './collected.tsx';
import { lastRequesterSeq } from './timeline.ts';

type DialogName = 'handover' | 'ticket';

/** What the signed-in account may do with a conversation in its present state. */
function useAllowedActs(conversation: ConversationDetail) {
  const can = useCan();
  const { account } = useSession();
  const isMine = conversation.assignee?.id === account.id && conversation.state === 'assigned';
  const isOpen = conversation.state !== 'closed';
  const supervises = can('conversation:supervise');
  return {
    isMine,
    canAccept: conversation.state === 'queued' && can('conversation:work'),
    canTake:
      (conversation.state === 'robot' && can('conversation:work')) ||
      (conversation.state === 'assigned' && !isMine && supervises),
    canHandOver: conversation.state === 'assigned' && (isMine || supervises),
    canClose: isOpen && (isMine || supervises),
    canTicket: can('ticket:work'),
  };
}

function useActs(conversation: ConversationDetail, openDialog: (name: DialogName) => void) {
  const { t } = useI18n();
  const { modal } = App.useApp();
  const showProblem = useProblemToast();
  const allowed = useAllowedActs(conversation);
  const { act } = useConversationActions(conversation.id);
  const [isActing, setActing] = useState(false);
  async function run(verb: 'accept' | 'take' | 'close'): Promise<void> {
    setActing(true);
    try {
      await act(verb);
    } catch (thrown) {
      showProblem(thrown);
    } finally {
      setActing(false);
    }
  }
  function accept(): void {
    if (allowed.canAccept) void run('accept');
    else if (allowed.canTake) void run('take');
  }
  function close(): void {
    if (!allowed.canClose) return;
    void modal.confirm({
      title: t('conversation.close'),
      content: t('conversation.close_confirm'),
      okText: t('conversation.close'),
      cancelText: t('action.cancel'),
      onOk: () => run('close'),
    });
  }
  return {
    allowed,
    isActing,
    accept,
    close,
    handOver: () => allowed.canHandOver && openDialog('handover'),
    createTicket: () => allowed.canTicket && openDialog('ticket'),
  };
}

function Head(props: {
  conversation: ConversationDetail;
  acts: ReturnType<typeof useActs>;
  onCustomer: () => void;
}) {
  const { t } = useI18n();
  const nameOf = useRequesterName();
  const { conversation, acts, onCustomer } = props;
  const { allowed } = acts;
  return (
    <header className="conversation-head">
      <Link to="/inbox" className="conversation-back" aria-label={t('action.back')}>
        <ArrowLeftOutlined />
      </Link>
      <div className="conversation-title">
        <h2>{nameOf(conversation.requester)}</h2>
        <p className="soft">
          <span className={`state-mark state-${conversation.state}`}>
            {t(`conversation.state.${conversation.state}`)}
          </span>{' '}
          {conversation.assignee && t('conversation.assignee', { name: conversation.assignee.displayName })}{' '}
          {conversation.csat && t('conversation.csat', { score: conversation.csat.score })}
        </p>
      </div>
      <div className="conversation-acts">
        {(allowed.canAccept || allowed.canTake) && (
          <Button type="primary" loading={acts.isActing} onClick={acts.accept} title="Alt+A">
            {t(allowed.canAccept ? 'conversation.accept' : 'conversation.take')}
          </Button>
        )}
        {allowed.canHandOver && (
          <Button onClick={acts.handOver} title="Alt+H">
            {t('conversation.handover')}
          </Button>
        )}
        {allowed.canTicket && (
          <Button icon={<ProfileOutlined />} onClick={acts.createTicket} title="Alt+T">
            {t('ticket.create')}
          </Button>
        )}
        {allowed.canClose && (
          <Button danger onClick={acts.close} title="Alt+X">
            {t('conversation.close')}
          </Button>
        )}
        <ExportButton
          permission="conversation:export"
          isSmall
          subject={{
            kind: 'conversation.transcript',
            params: { ids: [conversation.id] },
            filters: [nameOf(conversation.requester)],
          }}
        />
        <Button
          className="customer-button"
          icon={<UserOutlined />}
          aria-label={t('conversation.customer')}
          onClick={onCustomer}
        />
      </div>
    </header>
  );
}

/** Why the robot gave the conversation away and what it had in mind. */
function HandoverContext({ conversation }: { conversation: ConversationDetail }) {
  const { t, tMaybe, format } = useI18n();
  const reason = conversation.context?.reason ?? conversation.handoverReason;
  const candidates = conversation.context?.candidates ?? [];
  if (!reason && candidates.length === 0) return null;
  return (
    <section className="side-section">
      {reason && <p>{t('conversation.reason', { reason: tMaybe(`handover.reason.${reason}`) ?? reason })}</p>}
      {candidates.length > 0 && (
        <>
          <h3>{t('conversation.candidates')}</h3>
          <ul className="plain-list">
            {candidates.map((candidate) => (
              <li key={candidate.articleId}>
                {candidate.question} <span className="soft">{format.percent(candidate.score, 0)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** Suggestions for the last question, with what the agent did with them told to the server. */
function useSuggestionActs(
  conversation: ConversationDetail,
  log: MessageLog | undefined,
  isEnabled: boolean,
) {
  const api = useApi();
  const showProblem = useProblemToast();
  const [ignored, setIgnored] = useState<ReadonlySet<string>>(new Set());
  const seq = lastRequesterSeq(log?.items ?? []);
  const { data } = useSuggestions(conversation.id, seq, isEnabled);
  const shown = useMemo(
    () => (data?.items ?? []).filter((item) => !ignored.has(`${seq}-${item.articleId}`)),
    [data, ignored, seq],
  );
  function ignore(suggestion: Suggestion): void {
    setIgnored((held) => new Set(held).add(`${seq}-${suggestion.articleId}`));
    const body = { articleId: suggestion.articleId, outcome: 'ignored' };
    api.post(`/conversations/${conversation.id}/suggestions`, { body }).catch(showProblem);
  }
  const { message } = App.useApp();
  const { t } = useI18n();
  /** The customer's last message means this article: an editor decides whether the robot learns it. */
  function propose({ articleId }: Suggestion): void {
    api
      .post(`/conversations/${conversation.id}/similar-questions`, { body: { articleId, messageSeq: seq } })
      .then(() => message.success(t('suggest.proposed')))
      .catch(showProblem);
  }
  return { shown, onIgnore: ignore, onPropose: propose, opening: data?.opening };
}

function SideColumn({
  children,
  isOpen,
  onClose,
}: {
  children: ReactNode;
  isOpen: boolean;
  onClose: () => void;
}) {
  const { t } = useI18n();
  return (
    <>
      <aside className="inbox-side" aria-label={t('conversation.customer')}>
        {children}
      </aside>
      <Drawer open={isOpen} onClose={onClose} title={t('conversation.customer')} size={340} destroyOnHidden>
        {children}
      </Drawer>
    </>
  );
}

/** Why nothing can be written; undefined where the composer belongs. */
function refusalKey(conversation: ConversationDetail, isMine: boolean) {
  if (conversation.state === 'closed') return 'conversation.closed_at' as const;
  return isMine ? undefined : ('conversation.not_mine' as const);
}

function Dialogs(props: {
  name: DialogName | undefined;
  conversation: ConversationDetail;
  onClose: () => void;
}) {
  const { name, conversation, onClose } = props;
  const cache = useQueryClient();
  const navigate = useNavigate();
  if (name === 'handover') {
    // The conversation is somebody else's now and may be out of sight: back to the list.
    const handleDone = () => void navigate('/inbox');
    return <HandoverDialog conversation={conversation} onDone={handleDone} onClose={onClose} />;
  }
  if (name !== 'ticket') return null;
  return (
    <CreateTicketDialog
      origin={{ conversationId: conversation.id, requesterId: conversation.requester.id }}
      onClose={onClose}
      onCreated={() => {
        void cache.invalidateQueries({ queryKey: LIVE_KEYS.conversation(conversation.id) });
        onClose();
      }}
    />
  );
}

/** The keys of an open conversation; `onSuggestion` gets the place of the suggestion asked for. */
function useConversationKeys(
  acts: ReturnType<typeof useActs>,
  composer: ReturnType<typeof useComposer>,
  input: RefObject<TextAreaRef | null>,
  onSuggestion: (nth: number) => void,
): void {
  useShortcuts({
    accept: acts.accept,
    handover: acts.handOver,
    close: acts.close,
    ticket: acts.createTicket,
    composer: () => input.current?.focus(),
    note: () => composer.setMode(composer.mode === 'reply' ? 'note' : 'reply'),
    suggest1: () => onSuggestion(0),
    suggest2: () => onSuggestion(1),
    suggest3: () => onSuggestion(2),
  });
}

/** Middle and right column: one conversation with everything that is done in it. */
export function ConversationView({
  conversation,
  drafts,
}: {
  conversation: ConversationDetail;
  drafts: DraftStore;
}) {
  const { t } = useI18n();
  const nameOf = useRequesterName();
  const cache = useQueryClient();
  const [dialog, setDialog] = useState<DialogName>();
  const [isSideOpen, setSideOpen] = useState(false);
  const acts = useActs(conversation, setDialog);
  const composer = useComposer(conversation, drafts);
  const log = useMessages(conversation);
  const input = useRef<TextAreaRef>(null);
  const { isMine } = acts.allowed;
  const help = useSuggestionActs(conversation, log.data, isMine);
  useWatch(conversation.id);
  useEffect(() => markRead(cache, conversation.id), [cache, conversation.id, conversation.lastSeq]);

  function applySuggestion(suggestion: Suggestion | undefined): void {
    if (!suggestion) return;
    composer.takeSuggestion(suggestion);
    setSideOpen(false);
    input.current?.focus();
  }

  useConversationKeys(acts, composer, input, (nth) => applySuggestion(help.shown[nth]));
  const refusal = refusalKey(conversation, isMine);
  return (
    <>
      <section
        className="inbox-conversation"
        aria-label={t('conversation.with', { name: nameOf(conversation.requester) })}
      >
        <Head conversation={conversation} acts={acts} onCustomer={() => setSideOpen(true)} />
        <MessageList conversationId={conversation.id} log={log} />
        {refusal ? (
          <p className="composer-refused">{t(refusal)}</p>
        ) : (
          <ComposerBox composer={composer} inputRef={input} />
        )}
      </section>
      <SideColumn isOpen={isSideOpen} onClose={() => setSideOpen(false)}>
        {isMine && <SuggestionsPanel {...help} suggestions={help.shown} onUse={applySuggestion} />}
        <HandoverContext conversation={conversation} />
        {isMine && (
          <CollectedFacts
            conversationId={conversation.id}
            lastSeq={lastRequesterSeq(log.data?.items ?? [])}
          />
        )}
        <CustomerPanel
          requesterId={conversation.requester.id}
          conversationId={conversation.id}
          ticketId={conversation.ticketIds[0]}
        />
      </SideColumn>
      <Dialogs name={dialog} conversation={conversation} onClose={() => setDialog(undefined)} />
    </>
  );
}
