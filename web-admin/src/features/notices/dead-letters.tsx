import { Button, Table, type TableColumnsType } from 'antd';
import { useCan } from '../../auth/index.ts';
import { EmptyFace, ErrorFace, LoadMore, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useChannelActs, useDeadLetters, type Channel, type Delivery } from './channel-data.ts';

/** What the channels gave up, with a way to send it again. */
export function DeadLetters({ channels }: { channels: readonly Channel[] }) {
  const { t, tMaybe, format } = useI18n();
  const can = useCan();
  const list = useDeadLetters();
  const acts = useChannelActs();
  const showProblem = useProblemToast();
  const nameOf = (id: string) => channels.find((channel) => channel.id === id)?.name ?? id;
  const columns: TableColumnsType<Delivery> = [
    {
      title: t('channel.dead_notice'),
      render: (_value, { title, severity, createdAt }) => (
        <>
          <span className={`state-mark severity-${severity}`}>{title}</span>
          <span className="soft second-line">{format.dateTime(createdAt)}</span>
        </>
      ),
    },
    {
      title: t('channel.name'),
      render: (_value, { channelId, errorCode }) => (
        <>
          {nameOf(channelId)}
          <span className="second-line danger">
            {errorCode && (tMaybe(`error.${errorCode}`) ?? errorCode)}
          </span>
        </>
      ),
    },
    { title: t('channel.attempts'), dataIndex: 'attempts', width: 80, responsive: ['md'] },
    {
      width: 110,
      render: (_value, { id, title }) =>
        can('notify:write') && (
          <Button
            size="small"
            aria-label={`${t('channel.retry')}: ${title}`}
            onClick={() => void acts.retry(id).catch(showProblem)}
          >
            {t('channel.retry')}
          </Button>
        ),
    },
  ];
  return (
    <section className="channel-dead" aria-labelledby="dead-title">
      <h2 id="dead-title">{t('channel.dead_title')}</h2>
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<Delivery>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('channel.dead_none')} /> }}
        />
      )}
      <LoadMore list={list} />
    </section>
  );
}
