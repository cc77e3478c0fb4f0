import { App, Button, Select, Space } from 'antd';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import {
  ConfirmDialog,
  EmptyFace,
  ErrorFace,
  knownParam,
  LoadMore,
  Page,
  useProblemToast,
  withParam,
} from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { ARTICLE_LOCALES } from './article-data.ts';
import { BatchPanel } from './batch-panel.tsx';
import {
  fits,
  isReady,
  useProposalActs,
  useProposals,
  type Acceptance,
  type Outcome,
  type Proposal,
} from './learning-data.ts';
import { ProposalDialog } from './proposal-dialog.tsx';
import { ProposalTable } from './proposal-table.tsx';
import './learning.css';

const KINDS = ['similar', 'article'] as const;
const SOURCES = ['agent', 'chosen', 'used', 'model', 'cluster'] as const;

function Filter<T extends string>(props: {
  name: string;
  label: string;
  values: readonly T[];
  textOf: (value: T) => string;
}) {
  const [search, setSearch] = useSearchParams();
  const { name, label, values, textOf } = props;
  return (
    <Select<T | null>
      className="filter-select"
      allowClear
      aria-label={label}
      placeholder={label}
      value={knownParam(search, name, values) ?? null}
      onChange={(value) => setSearch(withParam(search, name, value ?? undefined))}
      options={values.map((value) => ({ value, label: textOf(value) }))}
    />
  );
}

function Filters() {
  const { t } = useI18n();
  return (
    <div className="filters" role="search">
      <Filter
        name="kind"
        label={t('learning.kind')}
        values={KINDS}
        textOf={(value) => t(`learning.kind.${value}`)}
      />
      <Filter
        name="source"
        label={t('learning.source')}
        values={SOURCES}
        textOf={(value) => t(`learning.source.${value}`)}
      />
      <Filter
        name="locale"
        label={t('article.locale')}
        values={ARTICLE_LOCALES}
        textOf={(value) => t(`article.locale.${value}`)}
      />
    </div>
  );
}

/** What several decisions came to, said once; the first refusal with its reason. */
function useOutcomeToast(): (outcome: Outcome, isAccepted: boolean) => void {
  const { t } = useI18n();
  const { message } = App.useApp();
  const showProblem = useProblemToast();
  return ({ done, refused }, isAccepted) => {
    if (done > 0) {
      void message.success(t(isAccepted ? 'learning.accepted' : 'learning.rejected', { count: done }));
    }
    const first = refused[0];
    if (!first) return;
    void message.warning(t('learning.refused', { count: refused.length }));
    showProblem(first.error);
  };
}

function SelectionBar(props: {
  chosen: readonly Proposal[];
  onAccept: () => void;
  onReject: () => void;
  isBusy: boolean;
}) {
  const { t } = useI18n();
  const { chosen } = props;
  const ready = chosen.filter(isReady).length;
  return (
    <Space wrap className="learning-bar" role="group" aria-label={t('learning.selected')}>
      <Button type="primary" disabled={ready === 0} loading={props.isBusy} onClick={props.onAccept}>
        {t('learning.accept_selected', { count: ready })}
      </Button>
      <Button danger disabled={chosen.length === 0 || props.isBusy} onClick={props.onReject}>
        {t('learning.reject_selected', { count: chosen.length })}
      </Button>
      {ready < chosen.length && (
        <span className="soft">{t('learning.not_ready', { count: chosen.length - ready })}</span>
      )}
    </Space>
  );
}

function useFiltered(items: readonly Proposal[]): Proposal[] {
  const [search] = useSearchParams();
  const filters = {
    kind: knownParam(search, 'kind', KINDS),
    source: knownParam(search, 'source', SOURCES),
    locale: knownParam(search, 'locale', ARTICLE_LOCALES),
  };
  return items.filter((proposal) => fits(proposal, filters));
}

/** One proposal, edited before it becomes a draft. */
function AcceptDialog(props: {
  proposal: Proposal;
  accept: ReturnType<typeof useProposalActs>['accept'];
  onClose: () => void;
}) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const navigate = useNavigate();
  async function handleAccept(body: Acceptance): Promise<void> {
    const { articleId } = await props.accept(props.proposal, body);
    props.onClose();
    void message.success(
      <>
        {t('learning.accepted', { count: 1 })}{' '}
        {/* Messages are drawn outside the router, where a link finds no address. */}
        <Button type="link" size="small" onClick={() => void navigate(`/knowledge/${articleId}`)}>
          {t('learning.open_draft')}
        </Button>
      </>,
    );
  }
  return <ProposalDialog proposal={props.proposal} onClose={props.onClose} onAccept={handleAccept} />;
}

function Proposals() {
  const { t } = useI18n();
  const list = useProposals();
  const acts = useProposalActs();
  const showOutcome = useOutcomeToast();
  const [chosenIds, setChosenIds] = useState<readonly string[]>([]);
  const [opened, setOpened] = useState<Proposal>();
  const [rejecting, setRejecting] = useState<readonly Proposal[]>();
  const [isBusy, setBusy] = useState(false);
  const shown = useFiltered(list.items);
  const chosen = shown.filter(({ id }) => chosenIds.includes(id));
  async function handleAcceptAll(): Promise<void> {
    setBusy(true);
    showOutcome(await acts.acceptAll(chosen.filter(isReady)), true);
    setChosenIds([]);
    setBusy(false);
  }
  async function handleRejectAll(proposals: readonly Proposal[]): Promise<void> {
    showOutcome(await acts.rejectAll(proposals), false);
    setChosenIds([]);
    setRejecting(undefined);
  }
  if (list.error && list.items.length === 0) return <ErrorFace error={list.error} onRetry={list.reload} />;
  return (
    <>
      <SelectionBar
        chosen={chosen}
        isBusy={isBusy}
        onAccept={() => void handleAcceptAll()}
        onReject={() => setRejecting(chosen)}
      />
      <ProposalTable
        proposals={shown}
        isLoading={list.isLoading}
        chosenIds={chosenIds}
        onChoose={setChosenIds}
        onOpen={setOpened}
        onReject={(proposal) => setRejecting([proposal])}
        empty={<EmptyFace text={t(list.items.length > 0 ? 'learning.none_fit' : 'learning.none')} />}
      />
      <LoadMore list={list} />
      {opened && <AcceptDialog proposal={opened} accept={acts.accept} onClose={() => setOpened(undefined)} />}
      {rejecting && (
        <ConfirmDialog
          title={t('learning.reject_title', { count: rejecting.length })}
          text={t('learning.reject_text')}
          okText={t('learning.reject')}
          isDanger
          onConfirm={() => handleRejectAll(rejecting)}
          onClose={() => setRejecting(undefined)}
        />
      )}
    </>
  );
}

/** What the robot would like to learn from conversations, for an editor to decide on. */
export default function LearningPage() {
  const { t } = useI18n();
  return (
    <Page title={t('learning.title')}>
      <p className="soft">{t('learning.hint')}</p>
      <Filters />
      <Proposals />
      <BatchPanel />
    </Page>
  );
}
