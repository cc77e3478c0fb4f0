import { Alert, Segmented } from 'antd';
import { lazy, Suspense } from 'react';
import { EmptyFace, ErrorFace, LoadingFace } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import type { AuditFilterName, AuditFilters } from './audit-data.ts';
import { canBeDrawn, TIMELINE_BY, useTimeline, type Timeline, type TimelineBy } from './timeline-data.ts';

const TimelineChart = lazy(() => import('./timeline-chart.tsx'));

type OnPick = (filters: Partial<Record<AuditFilterName, string>>) => void;

function Notes({ timeline }: { timeline: Timeline }) {
  const { t, format } = useI18n();
  const { countedTo, purgedTo, isCut, buckets } = timeline;
  const begin = buckets[0]?.from ?? '';
  return (
    <>
      <p className="soft">
        {t('audit.chart_hint')} {timeline.by === 'account' && t('audit.chart_accounts')}{' '}
        {countedTo !== null && t('audit.chart_counted_to', { at: format.exactTime(countedTo) })}{' '}
        {purgedTo !== null && begin < purgedTo && t('audit.chart_purged', { at: format.dateTime(purgedTo) })}
      </p>
      {isCut && <Alert className="dialog-alert" type="warning" showIcon title={t('audit.chart_cut')} />}
    </>
  );
}

function Content(props: { by: TimelineBy; filters: AuditFilters; onPick: OnPick }) {
  const { by, filters, onPick } = props;
  const { t } = useI18n();
  const { data: timeline, error, refetch } = useTimeline(by, filters);
  if (!canBeDrawn(filters)) return <p className="soft">{t('audit.chart_words')}</p>;
  if (error && !timeline) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!timeline) return <LoadingFace />;
  return (
    <>
      <Notes timeline={timeline} />
      {timeline.series.length === 0 ? (
        <EmptyFace text={t('audit.chart_empty')} />
      ) : (
        <Suspense fallback={<LoadingFace />}>
          <TimelineChart timeline={timeline} onPick={onPick} />
        </Suspense>
      )}
    </>
  );
}

/** Entries over time under the filters of the list; a bar narrows the list to what it counts. */
export function TimelinePanel(props: {
  by: TimelineBy | undefined;
  filters: AuditFilters;
  onChoose: (by: TimelineBy | undefined) => void;
  onPick: OnPick;
}) {
  const { by, filters, onChoose, onPick } = props;
  const { t } = useI18n();
  return (
    <section className={by ? 'panel timeline' : 'timeline'} aria-label={t('audit.chart')}>
      <div className="timeline-head">
        <span>{t('audit.chart')}</span>
        <Segmented<TimelineBy | 'off'>
          size="small"
          aria-label={t('audit.chart')}
          value={by ?? 'off'}
          onChange={(value) => onChoose(value === 'off' ? undefined : value)}
          options={(['off', ...TIMELINE_BY] as const).map((value) => ({
            value,
            label: t(`audit.chart_by.${value}`),
          }))}
        />
      </div>
      {by && <Content by={by} filters={filters} onPick={onPick} />}
    </section>
  );
}
