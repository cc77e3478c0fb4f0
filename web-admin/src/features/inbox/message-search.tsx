import { Input } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { usePageList } from '../../api/index.ts';
import { EmptyFace, ErrorFace, LoadingFace, LoadMore } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import type { Conversation, ConversationView } from '../../realtime/index.ts';
import { useRequesterName } from './requester-name.ts';

const WORDS_MAX = 100;

/** A message that was found, masked. */
interface MessageHit {
  id: string;
  conversationId: string;
  from: 'requester' | 'agent';
  at: string;
  snippet: string;
  state: Conversation['state'];
  requester: Conversation['requester'];
}

/** Asks for words; empty ones lead back to the lists. */
export function MessageSearchBox({ words, onSearch }: { words: string; onSearch: (words: string) => void }) {
  const { t } = useI18n();
  const [typed, setTyped] = useState(words);
  return (
    <Input.Search
      className="inbox-search"
      allowClear
      value={typed}
      maxLength={WORDS_MAX}
      placeholder={t('inbox.search')}
      aria-label={t('inbox.search')}
      onChange={({ target }) => {
        setTyped(target.value);
        if (target.value === '') onSearch('');
      }}
      onSearch={(value) => onSearch(value.trim())}
    />
  );
}

/** Messages that hold the words, newest first, in place of the lists. */
export function MessageHits(props: { words: string; view: ConversationView; activeId: string | undefined }) {
  const { words, view, activeId } = props;
  const { t, format } = useI18n();
  const nameOf = useRequesterName();
  const [nowMs] = useState(() => Date.now());
  const list = usePageList<MessageHit>({
    resource: 'messages',
    path: '/messages',
    query: { q: words },
    isQuiet: true,
  });
  if (list.isLoading) return <LoadingFace />;
  if (list.error && list.items.length === 0) return <ErrorFace error={list.error} onRetry={list.reload} />;
  return (
    <>
      {list.items.length === 0 && !list.hasMore && <EmptyFace text={t('inbox.search_none')} />}
      <ul className="conversation-rows">
        {list.items.map((hit) => (
          <li key={hit.id}>
            <Link
              to={`/inbox/${hit.conversationId}?view=${view}&q=${encodeURIComponent(words)}`}
              className={hit.conversationId === activeId ? 'conversation-row is-active' : 'conversation-row'}
            >
              <span className="conversation-row-head">
                <strong>{nameOf(hit.requester)}</strong>
                <time dateTime={hit.at}>{format.shortTime(hit.at, nowMs)}</time>
              </span>
              <span className="conversation-row-text is-found">
                {hit.from === 'agent' && <em>{t('message.from_agent')}: </em>}
                {hit.snippet}
              </span>
              <span className="conversation-row-foot">
                <span className={`state-mark state-${hit.state}`}>
                  {t(`conversation.state.${hit.state}`)}
                </span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {list.hasMore && <LoadMore list={list} />}
      <p className="soft inbox-search-hint">{t('inbox.search_hint')}</p>
    </>
  );
}
