import { MoreOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Space, Table, Tooltip, type MenuProps, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { ConfirmDialog, EmptyFace, ErrorFace, Page, useProblemToast } from '../../components/index.ts';
import { useI18n, type MessageKey } from '../../i18n/index.ts';
import { ALL_EVENTS, useWebhookActs, useWebhooks, type Webhook } from './webhook-data.ts';
import { DeliveriesDrawer, WebhookDialog, WebhookSecret } from './webhook-dialogs.tsx';
import './connectors.css';

type Act = 'edit' | 'deliveries' | 'rotate' | 'delete';
type ShownState = 'active' | 'paused' | 'stopped' | 'waiting' | 'failing';

/** The one word that says most about a webhook. */
function stateOf(webhook: Webhook): ShownState {
  if (webhook.state !== 'active') return webhook.state;
  if (!webhook.isPlaceOpen) return 'waiting';
  return webhook.failureCount > 0 ? 'failing' : 'active';
}

function StateMark({ webhook }: { webhook: Webhook }) {
  const { t, tMaybe } = useI18n();
  const state = stateOf(webhook);
  const problem = webhook.lastErrorCode ? tMaybe(`error.${webhook.lastErrorCode}`) : undefined;
  const hints: Partial<Record<ShownState, string | undefined>> = {
    waiting: t('webhook.waiting_hint'),
    stopped: t('webhook.stopped_hint'),
    failing: problem,
  };
  const mark = <span className={`state-mark webhook-${state}`}>{t(`webhook.state.${state}`)}</span>;
  const hint = hints[state];
  return (
    <>
      {mark}
      {hint && <span className="soft second-line webhook-hint">{hint}</span>}
    </>
  );
}

function Acts({ webhook, onAct }: { webhook: Webhook; onAct: (act: Act) => void }) {
  const { t, tMaybe } = useI18n();
  const acts = useWebhookActs();
  const { message } = App.useApp();
  const showProblem = useProblemToast();
  const [isTesting, setTesting] = useState(false);
  async function handleTest(): Promise<void> {
    setTesting(true);
    try {
      const { isDelivered, status, code, reason, ms } = await acts.test(webhook);
      const problem = `${tMaybe(`error.${code ?? ''}`) ?? code ?? ''} ${status ?? reason ?? ''}`.trim();
      if (isDelivered) void message.success(t('webhook.test_ok', { status: status ?? 0, ms }));
      else void message.error(t('webhook.test_failed', { problem, ms }));
    } catch (error) {
      showProblem(error);
    } finally {
      setTesting(false);
    }
  }
  const run = (work: Promise<unknown>, text: string) =>
    void work.then(() => message.success(text)).catch(showProblem);
  const isActive = webhook.state === 'active';
  const items: MenuProps['items'] = [
    { key: 'edit', label: t('webhook.edit'), onClick: () => onAct('edit') },
    { key: 'deliveries', label: t('webhook.deliveries'), onClick: () => onAct('deliveries') },
    {
      key: 'pause',
      label: t(isActive ? 'webhook.pause' : 'webhook.resume'),
      onClick: () => run(acts.setPaused(webhook, isActive), t('webhook.saved')),
    },
    { key: 'rotate', label: t('webhook.rotate'), onClick: () => onAct('rotate') },
    {
      key: 'redrive',
      label: t('webhook.redrive'),
      disabled: webhook.deadCount === 0,
      onClick: () => run(acts.redrive(webhook), t('webhook.redriven', { count: webhook.deadCount })),
    },
    { key: 'delete', label: t('webhook.delete'), danger: true, onClick: () => onAct('delete') },
  ];
  return (
    <Space>
      <Button
        size="small"
        loading={isTesting}
        disabled={!webhook.isPlaceOpen}
        onClick={() => void handleTest()}
      >
        {t('webhook.test')}
      </Button>
      <Dropdown menu={{ items }} trigger={['click']}>
        <Button size="small" icon={<MoreOutlined />} aria-label={`${t('webhook.more')} ${webhook.name}`} />
      </Dropdown>
    </Space>
  );
}

function useColumns(onAct: (webhook: Webhook, act: Act) => void): TableColumnsType<Webhook> {
  const { t, format } = useI18n();
  const eventsOf = ({ eventTypes }: Webhook) =>
    eventTypes.includes(ALL_EVENTS) ? t('webhook.events_all') : eventTypes.join(', ');
  return [
    {
      title: t('webhook.name'),
      render: (_value, webhook) => (
        <>
          <strong className="webhook-name">{webhook.name}</strong>
          <code className="soft second-line webhook-url">{webhook.url}</code>
        </>
      ),
    },
    {
      title: t('webhook.events'),
      width: 150,
      responsive: ['lg'],
      render: (_value, webhook) => (
        <Tooltip title={eventsOf(webhook)}>
          <span tabIndex={0}>
            {webhook.eventTypes.includes(ALL_EVENTS)
              ? t('webhook.events_all')
              : t('webhook.event_count', { count: webhook.eventTypes.length })}
          </span>
        </Tooltip>
      ),
    },
    { title: t('webhook.state'), render: (_value, webhook) => <StateMark webhook={webhook} /> },
    {
      title: t('webhook.queue'),
      width: 120,
      responsive: ['md'],
      render: (_value, { pendingCount, deadCount }) => (
        <>
          {format.number(pendingCount)} /{' '}
          <span className={deadCount > 0 ? 'danger-text' : ''}>{format.number(deadCount)}</span>
        </>
      ),
    },
    {
      title: t('webhook.last'),
      width: 170,
      responsive: ['xl'],
      render: (_value, { lastDeliveredAt }) =>
        lastDeliveredAt ? format.dateTime(lastDeliveredAt) : t('webhook.never'),
    },
    {
      title: t('account.acts'),
      width: 100,
      render: (_value, webhook) => <Acts webhook={webhook} onAct={(act) => onAct(webhook, act)} />,
    },
  ];
}

/** Dialogs that ask before something that cannot be taken back. */
function AskFirst(props: {
  webhook: Webhook;
  act: 'rotate' | 'delete';
  onSecret: (secret: string) => void;
  onClose: () => void;
}) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const acts = useWebhookActs();
  const { webhook, act, onClose } = props;
  async function handleConfirm(): Promise<void> {
    if (act === 'rotate') props.onSecret((await acts.rotate(webhook)).secret);
    else {
      await acts.remove(webhook);
      void message.success(t('webhook.deleted', { name: webhook.name }));
    }
    onClose();
  }
  const key: MessageKey = `webhook.${act}`;
  return (
    <ConfirmDialog
      title={t(key)}
      text={t(`webhook.${act}_text`, { name: webhook.name })}
      okText={t(key)}
      isDanger={act === 'delete'}
      onConfirm={handleConfirm}
      onClose={onClose}
    />
  );
}

/** Webhooks: who is told of which events, how they fare, and what to do about it. */
export default function WebhooksPage() {
  const { t } = useI18n();
  const { message } = App.useApp();
  const list = useWebhooks();
  const [chosen, setChosen] = useState<{ webhook: Webhook | undefined; act: Act }>();
  const [secret, setSecret] = useState<string>();
  const columns = useColumns((webhook, act) => setChosen({ webhook, act }));
  const close = () => setChosen(undefined);
  const { webhook, act } = chosen ?? {};
  return (
    <Page
      title={t('webhook.title')}
      tools={
        <Button
          type="primary"
          icon={<PlusOutlined />}
          onClick={() => setChosen({ webhook: undefined, act: 'edit' })}
        >
          {t('webhook.create')}
        </Button>
      }
    >
      <p className="soft">{t('webhook.intro')}</p>
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<Webhook>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('webhook.empty')} /> }}
        />
      )}
      {act === 'edit' && (
        <WebhookDialog
          {...(webhook === undefined ? {} : { webhook })}
          onClose={close}
          onSaved={(made) => {
            close();
            if (made === undefined) void message.success(t('webhook.saved'));
            else setSecret(made);
          }}
        />
      )}
      {act === 'deliveries' && webhook && <DeliveriesDrawer webhook={webhook} onClose={close} />}
      {(act === 'rotate' || act === 'delete') && webhook && (
        <AskFirst webhook={webhook} act={act} onSecret={setSecret} onClose={close} />
      )}
      {secret && <WebhookSecret secret={secret} onClose={() => setSecret(undefined)} />}
    </Page>
  );
}
