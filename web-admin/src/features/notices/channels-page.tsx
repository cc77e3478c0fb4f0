import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Space, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useCan } from '../../auth/index.ts';
import { ConfirmDialog, EmptyFace, ErrorFace, Page, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { placeOf, stateOf, useChannelActs, useChannels, type Channel } from './channel-data.ts';
import { ChannelDialog } from './channel-dialog.tsx';
import { DeadLetters } from './dead-letters.tsx';
import './notices.css';

type Act = 'edit' | 'remove';

function StateMark({ channel }: { channel: Channel }) {
  const { t, tMaybe, format } = useI18n();
  const { failingAt, errorCode, lastSentAt } = channel;
  const state = stateOf(channel);
  return (
    <>
      <span className={`state-mark channel-${state}`}>{t(`channel.state.${state}`)}</span>
      {state === 'failing' && failingAt && (
        <span className="second-line danger">
          {t('channel.failing_since', { at: format.dateTime(failingAt) })}{' '}
          {errorCode && (tMaybe(`error.${errorCode}`) ?? errorCode)}
        </span>
      )}
      <span className="soft second-line">
        {lastSentAt ? t('channel.last_sent', { at: format.dateTime(lastSentAt) }) : t('channel.never_sent')}
      </span>
    </>
  );
}

function Acts({ channel, onAct }: { channel: Channel; onAct: (act: Act) => void }) {
  const { t, tMaybe } = useI18n();
  const acts = useChannelActs();
  const { message } = App.useApp();
  const showProblem = useProblemToast();
  const [isTesting, setTesting] = useState(false);
  const named = (text: string) => ({ 'aria-label': `${text}: ${channel.name}` });
  async function handleTest(): Promise<void> {
    setTesting(true);
    try {
      const { errorCode } = await acts.test(channel);
      const problem = tMaybe(`error.${errorCode ?? ''}`) ?? errorCode ?? '';
      if (errorCode === null) void message.success(t('channel.test_ok', { name: channel.name }));
      else
        void message.error({
          content: t('channel.test_failed', { name: channel.name, problem }),
          duration: 8,
        });
    } catch (error) {
      showProblem(error);
    } finally {
      setTesting(false);
    }
  }
  return (
    <Space wrap size={4}>
      <Button
        size="small"
        loading={isTesting}
        onClick={() => void handleTest()}
        {...named(t('channel.test'))}
      >
        {t('channel.test')}
      </Button>
      <Button size="small" onClick={() => onAct('edit')} {...named(t('action.edit'))}>
        {t('action.edit')}
      </Button>
      <Button size="small" danger onClick={() => onAct('remove')} {...named(t('action.delete'))}>
        {t('action.delete')}
      </Button>
    </Space>
  );
}

function useColumns(onAct: (channel: Channel, act: Act) => void): TableColumnsType<Channel> {
  const { t, format } = useI18n();
  const can = useCan();
  const acts = (channel: Channel) =>
    can('notify:write') && <Acts channel={channel} onAct={(act) => onAct(channel, act)} />;
  return [
    {
      title: t('channel.name'),
      render: (_value, channel) => (
        <>
          <strong>{channel.name}</strong>
          <span className="soft second-line">{t(`channel.type.${channel.type}`)}</span>
          <code className="soft second-line channel-place">{placeOf(channel)}</code>
          <div className="narrow-only">{acts(channel)}</div>
        </>
      ),
    },
    { title: t('channel.state'), render: (_value, channel) => <StateMark channel={channel} /> },
    {
      title: t('channel.min_severity'),
      width: 150,
      responsive: ['lg'],
      render: (_value, { minSeverity }) => t(`notice.severity.${minSeverity}`),
    },
    {
      title: t('channel.queue'),
      width: 130,
      responsive: ['md'],
      render: (_value, { queued, dead }) => (
        <>
          {format.number(queued)} / <span className={dead > 0 ? 'danger' : ''}>{format.number(dead)}</span>
        </>
      ),
    },
    { title: t('account.acts'), width: 250, responsive: ['md'], render: (_value, channel) => acts(channel) },
  ];
}

/** Channels that carry notices out of the console, their tests, and what they could not carry. */
export default function NotifyChannelsPage() {
  const { t } = useI18n();
  const can = useCan();
  const { message } = App.useApp();
  const channels = useChannels();
  const acts = useChannelActs();
  const [chosen, setChosen] = useState<{ channel?: Channel; act: Act }>();
  const columns = useColumns((channel, act) => setChosen({ channel, act }));
  const items = channels.data?.items ?? [];
  const { channel, act } = chosen ?? {};
  const close = () => setChosen(undefined);
  return (
    <Page
      title={t('channel.title')}
      tools={
        can('notify:write') && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setChosen({ act: 'edit' })}>
            {t('channel.create')}
          </Button>
        )
      }
    >
      <p className="soft">{t('channel.intro')}</p>
      <p className="soft">{t('channel.limits')}</p>
      {channels.error && !channels.data ? (
        <ErrorFace error={channels.error} onRetry={() => void channels.refetch()} />
      ) : (
        <Table<Channel>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={items}
          loading={channels.isPending}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('channel.none')} /> }}
        />
      )}
      <DeadLetters channels={items} />
      {act === 'edit' && (
        <ChannelDialog
          {...(channel ? { channel } : {})}
          onClose={close}
          onSaved={() => {
            close();
            void message.success(t('channel.saved'));
          }}
        />
      )}
      {act === 'remove' && channel && (
        <ConfirmDialog
          title={t('channel.remove')}
          text={t('channel.remove_text', { name: channel.name })}
          okText={t('action.delete')}
          isDanger
          onConfirm={async () => {
            await acts.remove(channel);
            close();
          }}
          onClose={close}
        />
      )}
    </Page>
  );
}
