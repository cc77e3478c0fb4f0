import { Checkbox, Form, Input, InputNumber, Select, Switch } from 'antd';
import { ApiError } from '../../api/index.ts';
import { FormDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  CHANNEL_TYPES,
  formOf,
  SEVERITIES,
  TLS_MODES,
  useChannelActs,
  type Channel,
  type ChannelForm,
  type ChannelType,
} from './channel-data.ts';

const NAME_MAX = 100;
const HOST_MAX = 253;
const URL_MAX = 1_000;
const USER_MAX = 200;
const MAIL_MAX = 254;
const SECRET_MAX = 500;
const CA_MAX = 20_000;
const PORT_MAX = 65_535;

function useRequired() {
  const { t } = useI18n();
  return [{ required: true, message: t('field.required') }];
}

/** A refusal of one setting says which one. */
function useFieldProblem(): (error: unknown) => unknown {
  const { t, tMaybe } = useI18n();
  return (error) => {
    if (!(error instanceof ApiError) || error.code !== 'notify.setting_invalid') return error;
    const field = tMaybe(`channel.invalid.${String(error.details['at'])}`);
    if (field === undefined) return error;
    const { status, requestId } = error;
    // Without a text of its own in the catalogue a code shows this message.
    return new ApiError({
      code: 'notify.setting',
      status,
      requestId,
      message: `${t('channel.invalid')} ${field}`,
    });
  };
}

function HostFields() {
  const { t } = useI18n();
  const rules = useRequired();
  return (
    <div className="channel-host">
      <Form.Item name="host" label={t('channel.host')} rules={rules}>
        <Input maxLength={HOST_MAX} />
      </Form.Item>
      <Form.Item name="port" label={t('channel.port')} rules={rules}>
        <InputNumber min={1} max={PORT_MAX} precision={0} />
      </Form.Item>
    </div>
  );
}

function SecretFields({ type, channel }: { type: 'smtp' | 'webhook'; channel: Channel | undefined }) {
  const { t } = useI18n();
  const rules = useRequired();
  const hasSecret = channel?.hasSecret ?? false;
  const isNeeded = type === 'webhook' && !hasSecret;
  return (
    <>
      <Form.Item
        name="secret"
        label={t(type === 'smtp' ? 'channel.password' : 'channel.key')}
        extra={t(hasSecret ? 'channel.secret_keep' : 'channel.secret_hint')}
        rules={isNeeded ? rules : []}
      >
        <Input.Password maxLength={SECRET_MAX} autoComplete="new-password" />
      </Form.Item>
      {type === 'smtp' && hasSecret && (
        <Form.Item name="isSecretDropped" valuePropName="checked">
          <Checkbox>{t('channel.secret_drop')}</Checkbox>
        </Form.Item>
      )}
    </>
  );
}

function MailFields() {
  const { t } = useI18n();
  const rules = useRequired();
  return (
    <>
      <Form.Item name="tls" label={t('channel.tls')} rules={rules}>
        <Select options={TLS_MODES.map((value) => ({ value, label: t(`channel.tls.${value}`) }))} />
      </Form.Item>
      <Form.Item name="from" label={t('channel.from')} rules={rules}>
        <Input maxLength={MAIL_MAX} inputMode="email" />
      </Form.Item>
      <Form.Item
        name="recipients"
        label={t('channel.recipients')}
        extra={t('channel.recipients_hint')}
        rules={rules}
      >
        <Input.TextArea rows={3} />
      </Form.Item>
      <Form.Item name="user" label={t('channel.user')} extra={t('channel.user_hint')}>
        <Input maxLength={USER_MAX} autoComplete="off" />
      </Form.Item>
    </>
  );
}

function TypeFields({ type, channel }: { type: ChannelType; channel: Channel | undefined }) {
  const { t } = useI18n();
  const rules = useRequired();
  if (type === 'file') return <p className="soft">{t('channel.file_hint')}</p>;
  return (
    <>
      {type === 'webhook' ? (
        <Form.Item name="url" label={t('channel.url')} rules={rules}>
          <Input maxLength={URL_MAX} placeholder="https://" inputMode="url" />
        </Form.Item>
      ) : (
        <HostFields />
      )}
      {type === 'smtp' && <MailFields />}
      {type !== 'syslog' && <SecretFields type={type} channel={channel} />}
      <Form.Item name="ca" label={t('channel.ca')} extra={t('channel.ca_hint')}>
        <Input.TextArea rows={2} maxLength={CA_MAX} placeholder="-----BEGIN CERTIFICATE-----" />
      </Form.Item>
      <p className="soft">{t('channel.egress_hint', { owner: `notify:${type}` })}</p>
    </>
  );
}

/** Makes a channel, or changes one; its type stays what it was. */
export function ChannelDialog(props: { channel?: Channel; onSaved: () => void; onClose: () => void }) {
  const { t, locale } = useI18n();
  const acts = useChannelActs();
  const rules = useRequired();
  const explain = useFieldProblem();
  const { channel } = props;
  async function handleSubmit(form: ChannelForm): Promise<void> {
    try {
      await (channel === undefined ? acts.create(form) : acts.update(channel, form));
    } catch (error) {
      throw explain(error);
    }
    props.onSaved();
  }
  return (
    <FormDialog<ChannelForm>
      title={t(channel === undefined ? 'channel.create' : 'channel.edit')}
      okText={t(channel === undefined ? 'action.create' : 'action.save')}
      initialValues={
        channel === undefined
          ? { type: 'smtp', isEnabled: true, minSeverity: 'warning', lang: locale, tls: 'implicit' }
          : formOf(channel)
      }
      onSubmit={handleSubmit}
      onClose={props.onClose}
    >
      <Form.Item name="type" label={t('channel.type')} rules={rules}>
        <Select
          disabled={channel !== undefined}
          options={CHANNEL_TYPES.map((value) => ({ value, label: t(`channel.type.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="name" label={t('channel.name')} rules={rules}>
        <Input maxLength={NAME_MAX} autoFocus />
      </Form.Item>
      <Form.Item noStyle dependencies={['type']}>
        {({ getFieldValue }) => <TypeFields type={getFieldValue('type') as ChannelType} channel={channel} />}
      </Form.Item>
      <Form.Item name="minSeverity" label={t('channel.min_severity')} rules={rules}>
        <Select options={SEVERITIES.map((value) => ({ value, label: t(`notice.severity.${value}`) }))} />
      </Form.Item>
      <Form.Item name="lang" label={t('channel.lang')} rules={rules}>
        <Select
          options={[
            { value: 'zh-CN', label: t('channel.lang.zh') },
            { value: 'en', label: 'English' },
          ]}
        />
      </Form.Item>
      <Form.Item name="isEnabled" label={t('channel.enabled')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </FormDialog>
  );
}
