import { Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { EmptyFace, ErrorFace } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useBatches, type LearningBatch } from './learning-data.ts';

/** Of so many questions, how many are right before and after; a sign beside the colour. */
function Change({ total, before, after }: { total: number; before: number; after: number }) {
  const { t, format } = useI18n();
  if (total === 0) return <span className="soft">{t('learning.not_measured')}</span>;
  const difference = after - before;
  const tone = difference > 0 ? 'better' : difference < 0 ? 'worse' : 'same';
  const sign = difference > 0 ? `+${format.number(difference)}` : format.number(difference);
  return (
    <span className="learning-change">
      {t('learning.change', {
        before: format.number(before),
        after: format.number(after),
        total: format.number(total),
      })}{' '}
      <strong className={`learning-${tone}`}>
        {sign} {t(`learning.${tone}`)}
      </strong>
    </span>
  );
}

function useColumns(): TableColumnsType<LearningBatch> {
  const { t, format } = useI18n();
  return useMemo(
    () => [
      {
        title: t('learning.night'),
        width: 190,
        render: (_value, batch) => (
          <>
            {format.dateTime(batch.createdAt)}
            <span className="soft second-line">
              {t(`article.locale.${batch.locale}`)} ·{' '}
              {t('learning.read', {
                turns: format.number(batch.turnCount),
                proposals: format.number(batch.proposalCount),
              })}
            </span>
            <span className="narrow-only">
              <Change total={batch.guardCount} before={batch.guardsBefore} after={batch.guardsAfter} />
            </span>
          </>
        ),
      },
      {
        title: t('learning.guards'),
        responsive: ['md'],
        render: (_value, { guardCount, guardsBefore, guardsAfter }) => (
          <Change total={guardCount} before={guardsBefore} after={guardsAfter} />
        ),
      },
      {
        title: t('learning.hidden'),
        responsive: ['md'],
        render: (_value, { measuredCount, rightBefore, rightAfter }) => (
          <Change total={measuredCount} before={rightBefore} after={rightAfter} />
        ),
      },
    ],
    [t, format],
  );
}

/** The last nights, and what accepting all of their proposals would change. */
export function BatchPanel() {
  const { t } = useI18n();
  const { data, error, isPending, refetch } = useBatches();
  const columns = useColumns();
  return (
    <section className="panel learning-nights" aria-labelledby="learning-nights">
      <h2 id="learning-nights">{t('learning.nights')}</h2>
      <p className="soft">{t('learning.nights_hint')}</p>
      {error && !data ? (
        <ErrorFace error={error} onRetry={() => void refetch()} />
      ) : (
        <Table<LearningBatch>
          rowKey="id"
          size="small"
          columns={columns}
          dataSource={data ?? []}
          loading={isPending}
          pagination={{ pageSize: 4, hideOnSinglePage: true }}
          locale={{ emptyText: <EmptyFace text={t('learning.nights_none')} /> }}
        />
      )}
    </section>
  );
}
