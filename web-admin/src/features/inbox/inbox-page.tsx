import { useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { Button } from 'antd';
import { useCan } from '../../auth/index.ts';
import { EmptyFace, ErrorFace, LoadingFace, usePageTitle } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import type { ConversationView as ViewName } from '../../realtime/index.ts';
import { useDrafts } from './composer-state.ts';
import { ConversationList, useConversationList } from './conversation-list.tsx';
import { ConversationView } from './conversation-view.tsx';
import { useConversation } from './inbox-data.ts';
import { neighbourId, viewsFor } from './rows.ts';
import { ShortcutsHelp } from './shortcuts-help.tsx';
import { useShortcuts } from './shortcuts.ts';

function OpenConversation({ id }: { id: string }) {
  const { data, error, refetch } = useConversation(id);
  const { drafts, isReady } = useDrafts();
  if (error && !data) {
    return (
      <section className="inbox-conversation">
        <ErrorFace error={error} onRetry={() => void refetch()} />
      </section>
    );
  }
  if (!data || !isReady) {
    return (
      <section className="inbox-conversation">
        <LoadingFace />
      </section>
    );
  }
  return <ConversationView key={id} conversation={data} drafts={drafts} />;
}

function NothingOpen({ onHelp }: { onHelp: () => void }) {
  const { t } = useI18n();
  return (
    <section className="inbox-conversation inbox-nothing">
      <EmptyFace text={t('inbox.choose')}>
        <Button onClick={onHelp}>{t('inbox.choose_hint')}</Button>
      </EmptyFace>
    </section>
  );
}

function isView(value: string | null, views: readonly ViewName[]): value is ViewName {
  return views.some((view) => view === value);
}

/** The agent workbench: lists, conversation, customer. On narrow screens one column at a time. */
export default function InboxPage() {
  const { t } = useI18n();
  const { id } = useParams();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const views = viewsFor(useCan());
  const asked = search.get('view');
  const view = isView(asked, views) ? asked : (views[0] ?? 'closed');
  const words = search.get('q') ?? '';
  const list = useConversationList(view);
  const [isHelpOpen, setHelpOpen] = useState(false);
  usePageTitle(t('inbox.title'));

  function go(step: 1 | -1): void {
    const next = neighbourId(list.rows, id, step);
    if (next) void navigate(`/inbox/${next}?view=${view}`);
  }

  useShortcuts({
    next: () => go(1),
    previous: () => go(-1),
    help: () => setHelpOpen((isOpen) => !isOpen),
  });
  return (
    <div className={id ? 'inbox has-conversation' : 'inbox'}>
      <h1 className="visually-hidden">{t('inbox.title')}</h1>
      <ConversationList
        view={view}
        views={views}
        list={list}
        activeId={id}
        words={words}
        onSearch={(next) => setSearch(next === '' ? { view } : { view, q: next })}
        onView={(next) => setSearch({ view: next })}
      />
      {id ? <OpenConversation id={id} /> : <NothingOpen onHelp={() => setHelpOpen(true)} />}
      <ShortcutsHelp isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
}
