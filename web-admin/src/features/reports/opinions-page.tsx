import { Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { Chart, type ChartSeries } from '../../components/chart/index.ts';
import { EmptyFace, ErrorFace, LoadingFace, Meter } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { FigureCard } from './figure-card.tsx';
import { mirrored, praiseShare, useOpinions, type OpinionReport } from './opinion-data.ts';
import { shortDay } from './report-data.ts';
import { ReportFrame, usePeriod } from './report-frame.tsx';

type AspectRow = OpinionReport['aspects'][number];

function Figures({ report }: { report: OpinionReport }) {
  const { t, format } = useI18n();
  const { moods, calming } = report;
  const mood = (value: number | null | undefined) =>
    value === null || value === undefined ? undefined : format.number(value, 2);
  const rise = (isCalmed: boolean) => mood(calming.find((row) => row.isCalmed === isCalmed)?.meanRise);
  const cards = [
    { key: 'opinion.conversations', value: format.number(moods.conversations) },
    { key: 'opinion.first_mood', value: mood(moods.firstMean) },
    { key: 'opinion.last_mood', value: mood(moods.lastMean) },
    { key: 'opinion.rise_calmed', value: rise(true) },
    { key: 'opinion.rise_other', value: rise(false) },
  ] as const;
  return (
    <dl className="figure-cards">
      {cards.map(({ key, value }) => (
        <FigureCard key={key} name={t(key)} definition={t(`${key}_def`)} value={value} />
      ))}
    </dl>
  );
}

/** Praise stands above the line and blame below it; the table shows both without a sign. */
function OpinionChart(props: {
  title: string;
  labelTitle: string;
  labels: readonly string[];
  rows: readonly { praise: number; blame: number }[];
}) {
  const { t, format } = useI18n();
  const { title, labelTitle, labels, rows } = props;
  const series = useMemo<ChartSeries[]>(() => {
    const { praise, blame } = mirrored(rows);
    return [
      { name: t('opinion.praise'), kind: 'bar', stack: 'said', values: praise },
      { name: t('opinion.blame'), kind: 'bar', stack: 'said', values: blame },
    ];
  }, [rows, t]);
  const formatValue = useMemo(() => (value: number) => format.number(Math.abs(value)), [format]);
  return (
    <section className="panel">
      <h2>{title}</h2>
      <Chart
        title={title}
        labelTitle={labelTitle}
        labels={labels}
        series={series}
        formatValue={formatValue}
      />
    </section>
  );
}

function AspectTable({ rows, nameOf }: { rows: AspectRow[]; nameOf: (aspect: string) => string }) {
  const { t, format } = useI18n();
  const columns: TableColumnsType<AspectRow> = [
    { title: t('opinion.aspect'), render: (_value, { aspect }) => nameOf(aspect) },
    {
      title: t('opinion.praise'),
      width: 90,
      align: 'right',
      sorter: (a, b) => a.praise - b.praise,
      render: (_value, { praise }) => format.number(praise),
    },
    {
      title: t('opinion.blame'),
      width: 90,
      align: 'right',
      sorter: (a, b) => a.blame - b.blame,
      render: (_value, { blame }) => format.number(blame),
    },
    {
      title: t('opinion.praise_share'),
      responsive: ['md'],
      render: (_value, row) => {
        const share = praiseShare(row);
        return share === null ? (
          '—'
        ) : (
          <Meter ratio={share} label={`${t('opinion.praise_share')} ${nameOf(row.aspect)}`} />
        );
      },
    },
  ];
  return (
    <Table<AspectRow>
      rowKey="aspect"
      size="small"
      columns={columns}
      dataSource={rows}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
    />
  );
}

function OpinionContent({ days }: { days: number }) {
  const { t, tMaybe } = useI18n();
  const { data: report, error, refetch } = useOpinions(days);
  const nameOf = useMemo(() => (aspect: string) => tMaybe(`opinion.aspect.${aspect}`) ?? aspect, [tMaybe]);
  const aspects = useMemo(
    () => (report?.aspects ?? []).map(({ aspect }) => nameOf(aspect)),
    [report, nameOf],
  );
  const dayLabels = useMemo(() => (report?.perDay ?? []).map(({ on }) => shortDay(on)), [report]);
  if (error && !report) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!report) return <LoadingFace />;
  return (
    <>
      <Figures report={report} />
      {report.aspects.length === 0 ? (
        <EmptyFace text={t('opinion.empty')} />
      ) : (
        <>
          <div className="chart-columns">
            <OpinionChart
              title={t('opinion.by_aspect')}
              labelTitle={t('opinion.aspect')}
              labels={aspects}
              rows={report.aspects}
            />
            <OpinionChart
              title={t('opinion.by_day')}
              labelTitle={t('report.day')}
              labels={dayLabels}
              rows={report.perDay}
            />
          </div>
          <section className="panel" aria-label={t('opinion.by_aspect')}>
            <AspectTable rows={report.aspects} nameOf={nameOf} />
          </section>
        </>
      )}
    </>
  );
}

/** What customers praise and blame, by aspect and over time, and how moods went. */
export default function OpinionsPage() {
  const { t } = useI18n();
  const days = usePeriod();
  return (
    <ReportFrame title={t('opinion.title')}>
      <p className="soft">{t('opinion.hint')}</p>
      <OpinionContent days={days} />
    </ReportFrame>
  );
}
