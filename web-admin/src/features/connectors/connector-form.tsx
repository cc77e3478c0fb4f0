import { Form, Input, Select } from 'antd';
import { useState } from 'react';
import { FormDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  useConnectorActs,
  useConnectorModules,
  type ConnectorBody,
  type ConnectorDetail,
  type ConnectorModule,
  type FieldSchema,
} from './connector-data.ts';
import { choicesOf, isJson, toConfig, toTexts, type ConfigTexts } from './connector-rules.ts';

const NAME_MAX = 100;
const REASON_MAX = 500;
const PEM_MAX = 40_000;
const JSON_ROWS = 8;

interface Values {
  name: string;
  module: string;
  /** Texts of the fields; objects and lists as JSON. */
  config: ConfigTexts;
  ca?: string;
  cert?: string;
  reason?: string;
}

function ConfigField({
  name,
  schema,
  isRequired,
}: {
  name: string;
  schema: FieldSchema;
  isRequired: boolean;
}) {
  const { t, locale } = useI18n();
  const title = schema['x-title'];
  const label = title === undefined ? name : locale === 'zh-CN' ? title.zh : title.en;
  const rules = [
    ...(isRequired ? [{ required: true, message: t('field.required') }] : []),
    ...(isJson(schema)
      ? [
          {
            validator: (_rule: unknown, text: string | undefined) => {
              if (!text?.trim()) return Promise.resolve();
              try {
                JSON.parse(text);
                return Promise.resolve();
              } catch {
                return Promise.reject(new Error(t('connector.json_invalid')));
              }
            },
          },
        ]
      : []),
  ];
  const options = choicesOf(schema);
  return (
    <Form.Item name={['config', name]} label={label} rules={rules}>
      {options ? (
        <Select allowClear={!isRequired} options={options.map((value) => ({ value, label: value }))} />
      ) : isJson(schema) ? (
        <Input.TextArea
          className="connector-json"
          autoSize={{ minRows: 2, maxRows: JSON_ROWS }}
          spellCheck={false}
        />
      ) : (
        <Input />
      )}
    </Form.Item>
  );
}

/** Makes a connector, or changes one; the fields are drawn from the module's own schema. */
export function ConnectorDialog(props: {
  connector?: ConnectorDetail;
  modules: ConnectorModule[];
  onSaved: () => void;
  onClose: () => void;
}) {
  const { t, locale } = useI18n();
  const acts = useConnectorActs();
  const { connector, modules } = props;
  const [moduleId, setModuleId] = useState(connector?.module ?? modules[0]?.manifest.id ?? '');
  const module = modules.find(({ manifest }) => manifest.id === moduleId);
  if (module === undefined) return null;
  const titleOf = ({ zh, en }: { zh: string; en: string }) => (locale === 'zh-CN' ? zh : en);
  const start = connector?.config ?? module.presets[0]?.config ?? {};
  async function handleSubmit(values: Values): Promise<void> {
    if (module === undefined) return;
    const body: ConnectorBody = {
      ...{ name: values.name.trim(), module: moduleId, config: toConfig(module, values.config) },
      tls: {
        ...(values.ca?.trim() ? { ca: values.ca.trim() } : {}),
        ...(values.cert?.trim() ? { cert: values.cert.trim() } : {}),
      },
      ...(values.reason?.trim() ? { reason: values.reason.trim() } : {}),
    };
    if (connector === undefined) await acts.create(body);
    else await acts.update(connector.id, connector.version, body);
    props.onSaved();
  }
  const { properties, required = [] } = module.configSchema;
  return (
    <FormDialog<Values>
      key={moduleId}
      title={t(connector === undefined ? 'connector.create' : 'connector.edit')}
      okText={t(connector === undefined ? 'action.create' : 'action.save')}
      initialValues={{
        ...{ name: connector?.name ?? '', module: moduleId, config: toTexts(module, start) },
        ...{ ca: connector?.tls.ca ?? '', cert: connector?.tls.cert ?? '' },
      }}
      onSubmit={handleSubmit}
      onClose={props.onClose}
    >
      <Form.Item name="module" label={t('connector.module')} extra={titleOf(module.manifest.about)}>
        <Select
          disabled={connector !== undefined}
          onChange={setModuleId}
          options={modules.map(({ manifest }) => ({ value: manifest.id, label: titleOf(manifest.title) }))}
        />
      </Form.Item>
      <Form.Item
        name="name"
        label={t('connector.name')}
        rules={[{ required: true, whitespace: true, message: t('field.required') }]}
      >
        <Input maxLength={NAME_MAX} autoFocus />
      </Form.Item>
      {Object.entries(properties).map(([name, schema]) => (
        <ConfigField key={name} name={name} schema={schema} isRequired={required.includes(name)} />
      ))}
      <Form.Item name="ca" label={t('connector.ca')} extra={t('connector.ca_hint')}>
        <Input.TextArea className="connector-json" rows={2} maxLength={PEM_MAX} spellCheck={false} />
      </Form.Item>
      <Form.Item name="cert" label={t('connector.cert')} extra={t('connector.cert_hint')}>
        <Input.TextArea className="connector-json" rows={2} maxLength={PEM_MAX} spellCheck={false} />
      </Form.Item>
      <Form.Item name="reason" label={t('webhook.reason')}>
        <Input.TextArea maxLength={REASON_MAX} rows={2} />
      </Form.Item>
    </FormDialog>
  );
}

/** Sets one secret; it is never shown again. */
export function SecretForm(props: { connector: ConnectorDetail; onSaved: () => void; onClose: () => void }) {
  const { t, locale, format } = useI18n();
  const acts = useConnectorActs();
  const modules = useConnectorModules();
  const { connector } = props;
  const known = modules.data?.items.find(({ manifest }) => manifest.id === connector.module);
  const labelOf = (name: string) => {
    const title = known?.secretSchema.properties[name]?.['x-title'];
    if (name === 'tlsKey') return t('connector.tls_key');
    return title === undefined ? name : locale === 'zh-CN' ? title.zh : title.en;
  };
  return (
    <FormDialog<{ name: string; value: string }>
      title={t('connector.secret_title', { name: connector.name })}
      okText={t('action.save')}
      initialValues={{}}
      onSubmit={async ({ name, value }) => {
        await acts.setSecret(connector.id, name, value);
        props.onSaved();
      }}
      onClose={props.onClose}
    >
      <p className="soft">{t('connector.secret_text')}</p>
      <Form.Item
        name="name"
        label={t('connector.secret')}
        rules={[{ required: true, message: t('field.required') }]}
      >
        <Select
          options={connector.secrets.map(({ name, changedAt }) => ({
            value: name,
            label: `${labelOf(name)} · ${changedAt === null ? t('connector.secret_none') : format.dateTime(changedAt)}`,
          }))}
        />
      </Form.Item>
      <Form.Item
        name="value"
        label={t('connector.value')}
        rules={[{ required: true, message: t('field.required') }]}
      >
        <Input.TextArea
          className="connector-secret"
          autoComplete="off"
          rows={2}
          maxLength={16_000}
          spellCheck={false}
        />
      </Form.Item>
    </FormDialog>
  );
}
