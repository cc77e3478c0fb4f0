import { ReloadOutlined, SafetyCertificateOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Table, Tooltip, type TableColumnsType } from 'antd';
import { useCallback, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { usePageList } from '../../api/index.ts';
import { useCan } from '../../auth/index.ts';
import { EmptyFace, ErrorFace, LoadMore, Page } from '../../components/index.ts';
import { ExportButton, exportParams } from '../../components/export/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { OfficerNav } from '../../officer/index.ts';
import {
  parseFilters,
  questionAddress,
  useCheck,
  withFilters,
  WORD_FILTERS,
  type AuditEvent,
  type AuditFilters,
} from './audit-data.ts';
import './audit.css';
import { AuditFilterBar } from './audit-filters.tsx';
import { OutcomeMark, useEntryTexts } from './audit-marks.tsx';
import { AuditStatusStrip } from './audit-status-strip.tsx';
import { EventDrawer } from './event-drawer.tsx';
import { SaveSearchDialog } from './save-search-dialog.tsx';
import { useSavedSearchActs } from './saved-search-data.ts';
import { parseTimelineBy } from './timeline-data.ts';
import { TimelinePanel } from './timeline-panel.tsx';
import { VerifyPanel } from './verify-panel.tsx';

interface RowProps {
  event: AuditEvent;
  filters: AuditFilters;
  onOpen: (id: string) => void;
}

/** Whether the list answers this question already. */
function isAsked(filters: AuditFilters, question: AuditFilters): boolean {
  if (filters.class !== 'personal-data') return false;
  return question.customer === filters.customer && question.actor === filters.actor;
}

/** The entry as a sentence that opens it, and the two questions people ask next. */
function Sentence({ event, filters, onOpen }: RowProps) {
  const { t, format } = useI18n();
  const texts = useEntryTexts();
  const { actor, customer } = event;
  return (
    <>
      <button type="button" className="sentence-button" onClick={() => onOpen(event.id)}>
        {texts.sentence(event)}
      </button>
      <span className="narrow-only soft">
        {format.exactTime(event.at)} · {texts.actor(event)}
      </span>
      <span className="question-links">
        {customer && !isAsked(filters, { customer }) && (
          <Link className="question-link" to={questionAddress({ customer, class: 'personal-data' })}>
            {t('audit.who_looked')}
          </Link>
        )}
        {actor.type === 'account' && !isAsked(filters, { actor: actor.id }) && (
          <Link className="question-link" to={questionAddress({ actor: actor.id, class: 'personal-data' })}>
            {t('audit.what_seen')}
          </Link>
        )}
      </span>
    </>
  );
}

function useColumns({ filters, onOpen }: Omit<RowProps, 'event'>): TableColumnsType<AuditEvent> {
  const { t, format } = useI18n();
  const texts = useEntryTexts();
  return [
    {
      title: t('audit.time'),
      dataIndex: 'at',
      width: 180,
      responsive: ['md'],
      render: (at: string) => <time dateTime={at}>{format.exactTime(at)}</time>,
    },
    {
      title: t('audit.sentence'),
      render: (_value, event) => <Sentence event={event} filters={filters} onOpen={onOpen} />,
    },
    {
      title: t('audit.actor'),
      width: 170,
      responsive: ['md'],
      render: (_value, event) => (
        <>
          {texts.actor(event)}
          <span className="soft second-line">{texts.roles(event) || texts.typeText(event.actor.type)}</span>
        </>
      ),
    },
    {
      title: t('audit.outcome'),
      dataIndex: 'outcome',
      width: 100,
      render: (_value, event) => <OutcomeMark outcome={event.outcome} />,
    },
    {
      title: t('audit.place'),
      dataIndex: 'index',
      width: 110,
      responsive: ['lg'],
      render: (index: number | null) =>
        index === null ? (
          <Tooltip title={t('audit.unsealed_hint')}>
            <span className="soft">{t('audit.unsealed')}</span>
          </Tooltip>
        ) : (
          `#${index}`
        ),
    },
  ];
}

/** Says which of the two questions the filters ask, so that nobody takes the answer for the whole trail. */
function Question({ filters }: { filters: AuditFilters }) {
  const { t } = useI18n();
  const id = filters.customer ?? filters.actor;
  const isLook = filters.class === 'personal-data';
  const hasWords = WORD_FILTERS.some((name) => filters[name]);
  return (
    <>
      {id && (
        <p className="question">
          {t(`audit.question_${filters.customer ? 'customer' : 'actor'}${isLook ? '_look' : ''}`)}{' '}
          <code>{id}</code>
          {isLook && (
            <Link
              className="question-link"
              to={questionAddress(filters.customer ? { customer: id } : { actor: id })}
            >
              {t('audit.question_all')}
            </Link>
          )}
        </p>
      )}
      {hasWords && <p className="question">{t('audit.words_delay')}</p>}
    </>
  );
}

function AuditExport({ filters }: { filters: AuditFilters }) {
  const { t } = useI18n();
  const words = Object.entries(filters).map(([name, value]) =>
    t('export.filter_named', { name: t(`audit.${name as keyof AuditFilters}`), value }),
  );
  const subject = { kind: 'audit.events', params: exportParams(filters), filters: words };
  return <ExportButton permission="audit:export" subject={subject} />;
}

/** What can be done with the trail besides searching it. */
function Tools(props: {
  filters: AuditFilters;
  verification: Pick<ReturnType<typeof useCheck>, 'isRunning' | 'start'>;
}) {
  const { t } = useI18n();
  const can = useCan();
  const cache = useQueryClient();
  const { filters, verification } = props;
  return (
    <>
      <Button
        icon={<ReloadOutlined />}
        onClick={() => void cache.refetchQueries({ queryKey: ['audit'], type: 'active' })}
      >
        {t('action.refresh')}
      </Button>
      <AuditExport filters={filters} />
      {can('audit:verify') && (
        <Button
          type="primary"
          icon={<SafetyCertificateOutlined />}
          loading={verification.isRunning}
          onClick={verification.start}
        >
          {t('audit.verify')}
        </Button>
      )}
    </>
  );
}

/** The audit trail: search, single entries with their proof, and the verification of the whole. */
export default function AuditPage() {
  const { t } = useI18n();
  const can = useCan();
  const [search, setSearch] = useSearchParams();
  const filters = parseFilters(search);
  const list = usePageList<AuditEvent>({
    resource: 'audit',
    path: '/audit/events',
    query: { ...filters },
    isQuiet: true,
  });
  const verification = useCheck();
  const { create } = useSavedSearchActs();
  const [isSaving, setSaving] = useState(false);
  const handleOpen = (event: string | undefined) => setSearch((before) => withFilters(before, { event }));
  const handlePick = useCallback(
    (picked: AuditFilters) => setSearch((before) => withFilters(before, picked)),
    [setSearch],
  );
  const columns = useColumns({ filters, onOpen: handleOpen });
  return (
    <Page title={t('audit.title')} tools={<Tools filters={filters} verification={verification} />}>
      <OfficerNav />
      <AuditStatusStrip />
      <VerifyPanel {...verification} onShow={handleOpen} onClose={verification.reset} />
      {!can('audit:read') && (
        <Alert className="dialog-alert" type="info" showIcon title={t('audit.admin_only')} />
      )}
      <AuditFilterBar
        filters={filters}
        onChange={(changes) => setSearch(withFilters(search, changes))}
        onSave={() => setSaving(true)}
      />
      <TimelinePanel
        by={parseTimelineBy(search)}
        filters={filters}
        onChoose={(chart) => setSearch((before) => withFilters(before, { chart }))}
        onPick={handlePick}
      />
      <Question filters={filters} />
      {isSaving && <SaveSearchDialog filter={filters} onSubmit={create} onClose={() => setSaving(false)} />}
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<AuditEvent>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('audit.empty')} /> }}
        />
      )}
      <LoadMore list={list} />
      <EventDrawer id={search.get('event') || undefined} onClose={() => handleOpen(undefined)} />
    </Page>
  );
}
