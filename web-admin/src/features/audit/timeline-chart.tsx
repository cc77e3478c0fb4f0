import { useCallback, useMemo } from 'react';
import { Chart, type ChartSeries } from '../../components/chart/index.ts';
import { useI18n } from '../../i18n/index.ts';
import type { AuditFilterName } from './audit-data.ts';
import { OTHERS, pickedFilters, type Timeline } from './timeline-data.ts';

const MONTH_CHARACTERS = 7;

/** Bars of a timeline, one on the other. */
export default function TimelineChart(props: {
  timeline: Timeline;
  onPick: (filters: Partial<Record<AuditFilterName, string>>) => void;
}) {
  const { timeline, onPick } = props;
  const { t, tMaybe, format } = useI18n();
  const { by, step, buckets } = timeline;
  const labels = useMemo(
    () =>
      buckets.map(({ from, to }) => {
        if (step === 'hour') return format.dateTime(from);
        // The middle of it: where the reader's zone is another, its day and month are still meant.
        const middle = new Date((new Date(from).getTime() + new Date(to).getTime()) / 2).toISOString();
        return step === 'day' ? format.date(middle) : middle.slice(0, MONTH_CHARACTERS);
      }),
    [buckets, step, format],
  );
  const series = useMemo<ChartSeries[]>(
    () =>
      timeline.series.map(({ key, name, counts }) => ({
        name:
          key === OTHERS
            ? t('audit.chart_others')
            : (name ?? (by === 'account' ? key : (tMaybe(`audit.${by}.${key}`) ?? key))),
        ...{ kind: 'bar' as const, stack: 'all', values: counts },
      })),
    [timeline, by, t, tMaybe],
  );
  const handlePick = useCallback(
    (bucketIndex: number, seriesIndex: number) => onPick(pickedFilters(timeline, bucketIndex, seriesIndex)),
    [timeline, onPick],
  );
  return (
    <Chart
      title={t('audit.chart')}
      labelTitle={t('audit.time')}
      labels={labels}
      series={series}
      formatValue={format.number}
      onPick={handlePick}
    />
  );
}
