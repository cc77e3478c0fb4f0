import { Select, Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { usePageList } from '../../api/index.ts';
import { useCan } from '../../auth/index.ts';
import { EmptyFace, ErrorFace, LoadMore, Page, withParam } from '../../components/index.ts';
import { ExportButton, exportParams } from '../../components/export/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  EVALUATION_STATES,
  parseFilters,
  SCORE_LIMITS,
  useAgents,
  type EvaluationFilters,
  type EvaluationItem,
  type Person,
} from './qa-data.ts';
import { FatalMark, ScoreMark } from './qa-marks.tsx';
import './qa.css';

/** Agents to choose from: all for those who may list them, else those of the rows on the screen. */
function useAgentOptions(rows: readonly EvaluationItem[]) {
  const { data: agents } = useAgents(useCan()('agent:list'));
  return useMemo(() => {
    const known = [...(agents ?? []), ...rows.flatMap(({ agent }) => agent ?? [])];
    const byId = new Map<string, Person>(known.map((agent) => [agent.id, agent]));
    return [...byId.values()].map(({ id, displayName }) => ({ value: id, label: displayName || id }));
  }, [agents, rows]);
}

function Filters(props: {
  filters: EvaluationFilters;
  rows: readonly EvaluationItem[];
  onChange: (name: keyof EvaluationFilters, value: string | undefined) => void;
}) {
  const { t } = useI18n();
  const { filters, rows, onChange } = props;
  const agentOptions = useAgentOptions(rows);
  return (
    <div className="filters" role="search">
      <Select
        className="filter-select"
        aria-label={t('qa.state')}
        allowClear
        placeholder={t('qa.filter_state')}
        value={filters.state as string | undefined}
        onChange={(value?: string) => onChange('state', value)}
        options={EVALUATION_STATES.map((value) => ({
          value: value as string,
          label: t(`qa.state.${value}`),
        }))}
      />
      <Select
        className="filter-select"
        aria-label={t('qa.score')}
        allowClear
        placeholder={t('qa.filter_score')}
        value={filters.scoreBelow}
        onChange={(value?: number) => onChange('scoreBelow', value?.toString())}
        options={SCORE_LIMITS.map((value) => ({
          value: value as number,
          label: t('qa.filter_below', { score: value }),
        }))}
      />
      <Select
        className="filter-select"
        aria-label={t('qa.agent')}
        allowClear
        placeholder={t('qa.filter_agent')}
        value={filters.agent}
        onChange={(value?: string) => onChange('agent', value)}
        options={agentOptions}
      />
    </div>
  );
}

function useColumns(): TableColumnsType<EvaluationItem> {
  const { t, format } = useI18n();
  return useMemo(
    () => [
      {
        title: t('qa.evaluated_at'),
        dataIndex: 'evaluatedAt',
        render: (at: string, { id }) => <Link to={`/qa/${id}`}>{format.dateTime(at)}</Link>,
      },
      {
        title: t('qa.score'),
        dataIndex: 'score',
        render: (score: number | null, row) => (
          <span className="score-cell">
            <ScoreMark score={score} /> <FatalMark isFatal={row.isFatal} />
          </span>
        ),
      },
      {
        title: t('qa.agent'),
        render: (_value, { agent }) => agent?.displayName || t('qa.agent_none'),
      },
      { title: t('qa.findings'), dataIndex: 'findingsCount', width: 100, responsive: ['md'] },
      {
        title: t('qa.state'),
        dataIndex: 'state',
        width: 140,
        responsive: ['md'],
        render: (state: EvaluationItem['state']) => t(`qa.state.${state}`),
      },
    ],
    [t, format],
  );
}

/** List of evaluations, newest first. Filters stand in the address. */
export default function EvaluationsPage() {
  const { t } = useI18n();
  const [search, setSearch] = useSearchParams();
  const filters = parseFilters(search);
  const list = usePageList<EvaluationItem>({
    resource: 'evaluations',
    path: '/evaluations',
    query: { ...filters },
  });
  const columns = useColumns();
  const named = (name: string, value: string | number) => t('export.filter_named', { name, value });
  const agentName = list.items.find(({ agent }) => agent?.id === filters.agent)?.agent?.displayName;
  const filterWords = [
    ...(filters.state ? [named(t('qa.state'), t(`qa.state.${filters.state}`))] : []),
    ...(filters.scoreBelow ? [named(t('qa.score'), `< ${filters.scoreBelow}`)] : []),
    ...(filters.agent ? [named(t('qa.agent'), agentName ?? filters.agent)] : []),
  ];
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  return (
    <Page
      title={t('qa.list')}
      tools={
        <>
          <Link to="/qa/score-cards">{t('qa.cards')}</Link>
          <ExportButton
            permission="qa:read"
            subject={{ kind: 'qa.evaluations', params: exportParams(filters), filters: filterWords }}
          />
        </>
      }
    >
      <Filters
        filters={filters}
        rows={list.items}
        onChange={(name, value) => setSearch(withParam(search, name, value))}
      />
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<EvaluationItem>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t(isFiltered ? 'qa.empty' : 'qa.empty_all')} /> }}
        />
      )}
      <LoadMore list={list} />
    </Page>
  );
}
