import { UserOutlined } from '@ant-design/icons';
import { Alert, Badge, Tabs } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { Link } from 'react-router';
import { usePageList } from '../../api/index.ts';
import { useSession } from '../../auth/index.ts';
import { EmptyFace, ErrorFace, LoadingFace, LoadMore } from '../../components/index.ts';
import { useI18n, type MessageKey } from '../../i18n/index.ts';
import {
  compareConversations,
  useLive,
  type Conversation,
  type ConversationView,
} from '../../realtime/index.ts';

import { MessageHits, MessageSearchBox } from './message-search.tsx';
import { useRequesterName } from './requester-name.ts';

/** Without a live connection the lists are asked for. */
const POLL_MS = 10_000;
const CLOCK_MS = 30_000;

/** A clock for relative times, so that drawing stays pure. */
function useNowMs(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), CLOCK_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

function Row({ item, isActive, view }: { item: Conversation; isActive: boolean; view: ConversationView }) {
  const { t, format } = useI18n();
  const nameOf = useRequesterName();
  const nowMs = useNowMs();
  const waitingMs = item.waitingSince ? nowMs - Date.parse(item.waitingSince) : undefined;
  const from = item.lastFrom === 'robot' || item.lastFrom === 'agent' ? item.lastFrom : undefined;
  return (
    <li>
      <Link
        to={`/inbox/${item.id}?view=${view}`}
        className={isActive ? 'conversation-row is-active' : 'conversation-row'}
        aria-current={isActive ? 'true' : undefined}
      >
        <span className="conversation-row-head">
          <strong>
            {item.requester.isIdentified && <UserOutlined aria-label={t('inbox.identified')} />}{' '}
            {nameOf(item.requester)}
          </strong>
          <time dateTime={item.lastAt ?? item.openedAt}>
            {format.shortTime(item.lastAt ?? item.openedAt, nowMs)}
          </time>
        </span>
        <span className="conversation-row-text">
          {from && <em>{t(`message.from_${from}`)}: </em>}
          {item.lastText}
        </span>
        <span className="conversation-row-foot">
          <span className={`state-mark state-${item.state}`}>{t(`conversation.state.${item.state}`)}</span>
          {waitingMs !== undefined && item.state === 'queued' && (
            <span>{t('inbox.waiting', { duration: format.duration(waitingMs) })}</span>
          )}
          {item.unread > 0 && !isActive && (
            <Badge count={item.unread} size="small" title={t('inbox.unread', { count: item.unread })} />
          )}
        </span>
      </Link>
    </li>
  );
}

/** Rows of a list, in its order, as the page needs them for Alt+↓ and Alt+↑ too. */
export function useConversationList(view: ConversationView) {
  const isLive = useLive()?.state === 'open';
  const list = usePageList<Conversation>({
    resource: 'conversations',
    path: '/conversations',
    query: { view },
    refetchIntervalMs: isLive ? 0 : POLL_MS,
  });
  const rows = useMemo(
    () => [...list.items].sort((a, b) => compareConversations(view, a, b)),
    [list.items, view],
  );
  return { ...list, rows };
}

/** Left column: one of the lists, with a tab for each. */
export function ConversationList(props: {
  view: ConversationView;
  views: readonly ConversationView[];
  list: ReturnType<typeof useConversationList>;
  activeId: string | undefined;
  /** Words searched for; empty for the lists. */
  words: string;
  onSearch: (words: string) => void;
  onView: (view: ConversationView) => void;
}) {
  const { t } = useI18n();
  const { view, views, list, activeId, words, onSearch, onView } = props;
  const queuedCount = useLive()?.queuedCount;
  const { lacksSkillGroup } = useSession();
  return (
    <section className="inbox-list" aria-label={t('inbox.lists')}>
      {lacksSkillGroup && <Alert type="warning" banner showIcon title={t('inbox.no_skill_group')} />}
      <MessageSearchBox key={words} words={words} onSearch={onSearch} />
      {words ? (
        <MessageHits words={words} view={view} activeId={activeId} />
      ) : (
        <>
          <Tabs
            activeKey={view}
            onChange={(key) => onView(key as ConversationView)}
            items={views.map((key) => ({
              key,
              label:
                key === 'queue' && queuedCount
                  ? `${t('inbox.view_queue')} (${queuedCount})`
                  : t(`inbox.view_${key}` as MessageKey),
            }))}
            size="small"
          />
          {list.isLoading && <LoadingFace />}
          {list.error && list.rows.length === 0 && <ErrorFace error={list.error} onRetry={list.reload} />}
          {!list.isLoading && !list.error && list.rows.length === 0 && (
            <EmptyFace text={t(`inbox.empty_${view}`)} />
          )}
          <ul className="conversation-rows">
            {list.rows.map((item) => (
              <Row key={item.id} item={item} isActive={item.id === activeId} view={view} />
            ))}
          </ul>
          {list.hasMore && <LoadMore list={list} />}
        </>
      )}
    </section>
  );
}
