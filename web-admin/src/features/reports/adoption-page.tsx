import { Segmented, Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useCan } from '../../auth/index.ts';
import { Chart, type ChartSeries } from '../../components/chart/index.ts';
import { EmptyFace, ErrorFace, knownParam, LoadingFace, Meter, withParam } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { FigureCard } from './figure-card.tsx';
import { useAdoption, type Adoption, type AdoptionReport } from './opinion-data.ts';
import { ReportFrame, usePeriod } from './report-frame.tsx';

const GROUPS = ['articles', 'agents', 'teams'] as const;
type Group = (typeof GROUPS)[number];
/** Rows the chart draws; more labels than these cannot be read. */
const DRAWN_MAX = 12;
const LABEL_CHARACTERS = 14;

interface Row extends Adoption {
  key: string;
  name: string;
}

function useRows(report: AdoptionReport, group: Group): Row[] {
  const { t } = useI18n();
  return useMemo(() => {
    const named = {
      articles: () => report.articles.map((row) => ({ ...row, name: row.question ?? t('adoption.gone') })),
      agents: () => report.agents.map((row) => ({ ...row, name: row.name ?? t('adoption.gone') })),
      teams: () =>
        report.teams.map((row) => ({
          ...row,
          name: row.name ?? t(row.id === null ? 'adoption.no_team' : 'adoption.gone'),
        })),
    };
    return named[group]().map((row, place) => ({ ...row, key: row.id ?? `none-${place}` }));
  }, [report, group, t]);
}

function Figures({ total }: { total: Adoption }) {
  const { t, format } = useI18n();
  const cards = [
    { key: 'adoption.rate', value: total.rate === null ? undefined : format.percent(total.rate) },
    { key: 'adoption.shown', value: format.number(total.shown) },
    { key: 'adoption.used', value: format.number(total.used) },
    { key: 'adoption.edited', value: format.number(total.edited) },
    { key: 'adoption.ignored', value: format.number(total.ignored) },
  ] as const;
  return (
    <dl className="figure-cards">
      {cards.map(({ key, value }) => (
        <FigureCard key={key} name={t(key)} definition={t(`${key}_def`)} value={value} />
      ))}
    </dl>
  );
}

/** Labels of the chart are cut; two that would become the same keep their place in front. */
function shortNames(rows: readonly Row[]): string[] {
  return rows.map(({ name }, place) => {
    const short =
      [...name].length > LABEL_CHARACTERS ? `${[...name].slice(0, LABEL_CHARACTERS).join('')}…` : name;
    return `${place + 1}. ${short}`;
  });
}

function AdoptionChart({ rows, group }: { rows: readonly Row[]; group: Group }) {
  const { t, format } = useI18n();
  const drawn = useMemo(() => rows.slice(0, DRAWN_MAX), [rows]);
  const labels = useMemo(() => shortNames(drawn), [drawn]);
  const series = useMemo<ChartSeries[]>(
    () =>
      (['used', 'edited', 'ignored'] as const).map((name) => ({
        name: t(`adoption.${name}`),
        kind: 'bar' as const,
        stack: 'outcome',
        values: drawn.map((row) => row[name]),
      })),
    [drawn, t],
  );
  return (
    <section className="panel">
      <h2>{t(`adoption.by.${group}`)}</h2>
      <Chart
        title={t(`adoption.by.${group}`)}
        labelTitle={t(`adoption.${group}`)}
        labels={labels}
        series={series}
        formatValue={format.number}
      />
    </section>
  );
}

function useColumns(group: Group): TableColumnsType<Row> {
  const { t, format } = useI18n();
  const canOpen = useCan()('knowledge:read');
  const counts = (['shown', 'used', 'edited', 'ignored'] as const).map((name) => ({
    title: t(`adoption.${name}`),
    width: 104,
    align: 'right' as const,
    ...(name === 'shown' || name === 'used' ? {} : { responsive: ['md' as const] }),
    sorter: (a: Row, b: Row) => a[name] - b[name],
    render: (_value: unknown, row: Row) => format.number(row[name]),
  }));
  return [
    {
      title: t(`adoption.${group}`),
      render: (_value, { id, name }) =>
        group === 'articles' && id !== null && canOpen ? <Link to={`/knowledge/${id}`}>{name}</Link> : name,
    },
    ...counts,
    {
      title: t('adoption.rate'),
      width: 170,
      sorter: (a, b) => (a.rate ?? -1) - (b.rate ?? -1),
      render: (_value, { rate, name }) =>
        rate === null ? '—' : <Meter ratio={rate} label={`${t('adoption.rate')} ${name}`} />,
    },
  ];
}

function Groups({ report }: { report: AdoptionReport }) {
  const { t } = useI18n();
  const [search, setSearch] = useSearchParams();
  const group = knownParam(search, 'by', GROUPS) ?? 'articles';
  const rows = useRows(report, group);
  const columns = useColumns(group);
  return (
    <>
      <Segmented<Group>
        className="report-groups"
        aria-label={t('adoption.group')}
        value={group}
        onChange={(value) => setSearch(withParam(search, 'by', value))}
        options={GROUPS.map((value) => ({ value, label: t(`adoption.by.${value}`) }))}
      />
      <AdoptionChart rows={rows} group={group} />
      <Table<Row>
        rowKey="key"
        size="small"
        columns={columns}
        dataSource={rows}
        pagination={{ pageSize: 25, hideOnSinglePage: true }}
      />
    </>
  );
}

function AdoptionContent({ days }: { days: number }) {
  const { t } = useI18n();
  const { data: report, error, refetch } = useAdoption(days);
  if (error && !report) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!report) return <LoadingFace />;
  return (
    <>
      <Figures total={report.total} />
      {report.total.shown === 0 ? <EmptyFace text={t('adoption.empty')} /> : <Groups report={report} />}
    </>
  );
}

/** What became of the robot's suggestions to agents, by article, agent, and team. */
export default function AdoptionPage() {
  const { t } = useI18n();
  const days = usePeriod();
  return (
    <ReportFrame title={t('adoption.title')}>
      <p className="soft">{t('adoption.hint')}</p>
      <AdoptionContent days={days} />
    </ReportFrame>
  );
}
