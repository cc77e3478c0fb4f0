import { Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { EmptyFace, ErrorFace, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useScoreCards, type ScoreCard } from './score-card-data.ts';
import './qa.css';

function useColumns(): TableColumnsType<ScoreCard> {
  const { t, format } = useI18n();
  return useMemo(
    () => [
      {
        title: t('card.name'),
        dataIndex: 'name',
        render: (name: string, { id }) => <Link to={`/qa/score-cards/${id}`}>{name}</Link>,
      },
      {
        title: t('card.count'),
        width: 110,
        render: (_value, { criteria }) => criteria.length,
      },
      {
        title: t('article.updated'),
        dataIndex: 'createdAt',
        responsive: ['md'],
        render: (at: string, { version, createdBy }) =>
          `${t('card.version', { version })} · ${t('card.created', {
            name: createdBy.displayName || t('card.system'),
            at: format.dateTime(at),
          })}`,
      },
    ],
    [t, format],
  );
}

/** Score cards in use. */
export default function ScoreCardsPage() {
  const { t } = useI18n();
  const { data: cards, error, isPending, refetch } = useScoreCards();
  const columns = useColumns();
  return (
    <Page title={t('card.title')}>
      <p className="page-back">
        <Link to="/qa">← {t('qa.list')}</Link>
      </p>
      {error && !cards ? (
        <ErrorFace error={error} onRetry={() => void refetch()} />
      ) : (
        <Table<ScoreCard>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={cards ?? []}
          loading={isPending}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('card.empty')} /> }}
        />
      )}
    </Page>
  );
}
