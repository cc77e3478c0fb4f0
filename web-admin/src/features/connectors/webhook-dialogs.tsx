import { Button, Drawer, Form, Input, Select, Table, type TableColumnsType } from 'antd';
import {
  EmptyFace,
  FormDialog,
  LoadMore,
  SecretDialog,
  SecretLine,
  useProblemToast,
} from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  ALL_EVENTS,
  useDeliveries,
  useEventTypes,
  useWebhookActs,
  type Delivery,
  type Webhook,
  type WebhookForm,
} from './webhook-data.ts';

const NAME_MAX = 100;
const URL_MAX = 1_000;
const REASON_MAX = 500;

/** Makes a webhook, or changes one. The secret of a new one goes to `onSecret`. */
export function WebhookDialog(props: {
  webhook?: Webhook;
  onSaved: (secret: string | undefined) => void;
  onClose: () => void;
}) {
  const { t, locale } = useI18n();
  const acts = useWebhookActs();
  const types = useEventTypes();
  const { webhook } = props;
  const required = { required: true, message: t('field.required') };
  const options = (types.data?.items ?? []).map(({ type, zh, en }) => ({
    value: type,
    label: `${locale === 'zh-CN' ? zh : en} (${type})`,
  }));
  async function handleSubmit(form: WebhookForm): Promise<void> {
    if (webhook !== undefined) await acts.update(webhook, form);
    const made = webhook === undefined ? await acts.create(form) : undefined;
    props.onSaved(made?.secret);
  }
  return (
    <FormDialog<WebhookForm>
      title={t(webhook === undefined ? 'webhook.create' : 'webhook.edit')}
      okText={t(webhook === undefined ? 'action.create' : 'action.save')}
      initialValues={
        webhook === undefined ? { eventTypes: [] } : { name: webhook.name, eventTypes: webhook.eventTypes }
      }
      onSubmit={handleSubmit}
      onClose={props.onClose}
    >
      <Form.Item name="name" label={t('webhook.name')} rules={[{ ...required, whitespace: true }]}>
        <Input maxLength={NAME_MAX} autoFocus />
      </Form.Item>
      <Form.Item
        name="url"
        label={t('webhook.url')}
        extra={webhook === undefined ? t('webhook.url_hint') : t('webhook.url_keep', { url: webhook.url })}
        rules={webhook === undefined ? [required] : []}
      >
        <Input maxLength={URL_MAX} placeholder="https://" inputMode="url" />
      </Form.Item>
      <Form.Item name="eventTypes" label={t('webhook.events')} rules={[required]}>
        <Select
          mode="multiple"
          loading={types.isLoading}
          options={[{ value: ALL_EVENTS, label: t('webhook.events_all') }, ...options]}
        />
      </Form.Item>
      <Form.Item name="reason" label={t('webhook.reason')}>
        <Input.TextArea maxLength={REASON_MAX} rows={2} />
      </Form.Item>
    </FormDialog>
  );
}

/** The secret, the one time it is shown. */
export function WebhookSecret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useI18n();
  return (
    <SecretDialog
      title={t('webhook.secret_title')}
      warning={t('webhook.secret_text')}
      okText={t('webhook.secret_done')}
      onClose={onClose}
    >
      <SecretLine label={t('webhook.secret')} text={secret} />
    </SecretDialog>
  );
}

/** What was sent and what waits. */
export function DeliveriesDrawer({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { t, tMaybe, format } = useI18n();
  const list = useDeliveries(webhook.id);
  const acts = useWebhookActs();
  const showProblem = useProblemToast();
  const columns: TableColumnsType<Delivery> = [
    {
      title: t('webhook.delivery_event'),
      render: (_value, { eventType, at }) => (
        <>
          <code>{eventType}</code>
          <span className="soft second-line">{format.dateTime(at)}</span>
        </>
      ),
    },
    {
      title: t('webhook.delivery_state'),
      render: (_value, { state, lastStatus, lastErrorCode }) => (
        <>
          <span className={`state-mark delivery-${state}`}>{t(`webhook.delivery.${state}`)}</span>
          <span className="soft second-line">
            {[lastStatus, lastErrorCode && (tMaybe(`error.${lastErrorCode}`) ?? lastErrorCode)]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </>
      ),
    },
    { title: t('webhook.delivery_attempts'), dataIndex: 'attempts', width: 70, responsive: ['sm'] },
    {
      title: t('webhook.delivery_last'),
      width: 170,
      responsive: ['md'],
      render: (_value, { lastAt }) => (lastAt ? format.dateTime(lastAt) : '—'),
    },
    {
      title: t('account.acts'),
      width: 100,
      render: (_value, { id, state }) =>
        state === 'pending' ? (
          '—'
        ) : (
          <Button size="small" onClick={() => void acts.resend(webhook, id).catch(showProblem)}>
            {t('webhook.delivery_again')}
          </Button>
        ),
    },
  ];
  return (
    <Drawer open size={760} title={t('webhook.deliveries_of', { name: webhook.name })} onClose={onClose}>
      <Table<Delivery>
        rowKey="id"
        size="small"
        columns={columns}
        dataSource={list.items}
        loading={list.isLoading}
        pagination={false}
        locale={{ emptyText: <EmptyFace text={t('webhook.deliveries_empty')} /> }}
      />
      <LoadMore list={list} />
    </Drawer>
  );
}
