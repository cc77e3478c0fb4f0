import { useMemo } from 'react';
import { Chart, type ChartSeries } from '../../components/chart/index.ts';
import { EmptyFace, ErrorFace, LoadingFace } from '../../components/index.ts';
import { ExportButton } from '../../components/export/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { FigureCard } from './figure-card.tsx';
import { handoffShare, periodQuery, shortDay, useOverview, type Overview } from './report-data.ts';
import { ReportFrame, usePeriod } from './report-frame.tsx';

const SECOND_MS = 1000;

function Figures({ overview }: { overview: Overview }) {
  const { t, format } = useI18n();
  const known = <T,>(value: T | null | undefined, show: (value: T) => string) =>
    value === null || value === undefined ? undefined : show(value);
  const count = (value: number) => format.number(value);
  const cards = [
    { key: 'conversations', value: count(overview.conversations) },
    { key: 'containment', value: known(overview.containmentRatio, (ratio) => format.percent(ratio)) },
    { key: 'handed_off', value: count(overview.handedOff) },
    {
      key: 'csat',
      value: known(overview.csatAverage, (score) =>
        t('report.csat_value', { score: format.number(score, 2) }),
      ),
    },
    { key: 'score', value: known(overview.avgScore, (score) => format.number(score, 1)) },
    {
      key: 'first_response',
      value: known(overview.firstResponseSecondsMedian, (seconds) => format.duration(seconds * SECOND_MS)),
    },
    { key: 'answered', value: count(overview.answered) },
    { key: 'clarified', value: count(overview.clarified) },
    { key: 'tickets_opened', value: count(overview.ticketsOpened) },
    { key: 'tickets_solved', value: count(overview.ticketsSolved) },
  ] as const;
  return (
    <dl className="figure-cards">
      {cards.map(({ key, value }) => (
        <FigureCard key={key} name={t(`report.${key}`)} definition={t(`report.${key}_def`)} value={value} />
      ))}
    </dl>
  );
}

function DayCharts({ overview }: { overview: Overview }) {
  const { t, format } = useI18n();
  const { perDay } = overview;
  const labels = useMemo(() => perDay.map(({ on }) => shortDay(on)), [perDay]);
  const counts = useMemo<ChartSeries[]>(
    () => [
      { name: t('report.conversations'), kind: 'bar', values: perDay.map((day) => day.conversations) },
      { name: t('report.handed_off'), kind: 'line', values: perDay.map((day) => day.handedOff) },
      { name: t('report.tickets_opened'), kind: 'line', values: perDay.map((day) => day.ticketsOpened) },
    ],
    [perDay, t],
  );
  const shares = useMemo<ChartSeries[]>(
    () => [{ name: t('report.handoff_share'), kind: 'line', values: perDay.map(handoffShare) }],
    [perDay, t],
  );
  return (
    <>
      <section className="panel">
        <h2>{t('report.chart_conversations')}</h2>
        <Chart
          title={t('report.chart_conversations')}
          labelTitle={t('report.day')}
          labels={labels}
          series={counts}
          formatValue={format.number}
        />
      </section>
      <section className="panel">
        <h2>{t('report.chart_handoff')}</h2>
        <Chart
          title={t('report.chart_handoff')}
          labelTitle={t('report.day')}
          labels={labels}
          series={shares}
          formatValue={format.percent}
        />
      </section>
    </>
  );
}

/** Replies only: conversations handed over are counted in another unit and stand in the charts of days. */
function RobotChart({ overview }: { overview: Overview }) {
  const { t, format } = useI18n();
  const { answered, clarified } = overview;
  const labels = useMemo(() => [t('report.answered'), t('report.clarified')], [t]);
  const series = useMemo<ChartSeries[]>(
    () => [{ name: t('report.count'), kind: 'bar', values: [answered, clarified] }],
    [t, answered, clarified],
  );
  return (
    <section className="panel">
      <h2>{t('report.chart_robot')}</h2>
      <Chart
        title={t('report.chart_robot')}
        labelTitle={t('report.outcome')}
        labels={labels}
        series={series}
        formatValue={format.number}
      />
    </section>
  );
}

function OverviewContent({ days }: { days: number }) {
  const { t } = useI18n();
  const { data: overview, error, refetch } = useOverview(days);
  if (error && !overview) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!overview) return <LoadingFace />;
  const isEmpty = overview.conversations === 0 && overview.perDay.every((day) => day.conversations === 0);
  return (
    <>
      <Figures overview={overview} />
      {isEmpty ? (
        <EmptyFace text={t('report.empty')} />
      ) : (
        <div className="chart-columns">
          <DayCharts overview={overview} />
          <RobotChart overview={overview} />
        </div>
      )}
    </>
  );
}

/** Figures of the service, with their definitions. The period stands in the address. */
export default function ReportsPage() {
  const { t } = useI18n();
  const days = usePeriod();
  return (
    <ReportFrame
      title={t('report.title')}
      tools={
        <ExportButton
          permission="report:read"
          subject={{
            kind: 'report.overview',
            params: periodQuery(days),
            filters: [t('report.days', { days })],
          }}
        />
      }
    >
      <OverviewContent days={days} />
    </ReportFrame>
  );
}
