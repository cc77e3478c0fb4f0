import { UploadOutlined } from '@ant-design/icons';
import { Alert, App, Button, Drawer, Form, Input, InputNumber, Segmented, Space } from 'antd';
import { useRef, useState, type ChangeEvent } from 'react';
import { toApiError, type ApiError } from '../../api/index.ts';
import { ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { cleanMap, splitPems, useIdpActs, type Idp, type IdpMap } from './idp-data.ts';
import { MapFields } from './map-fields.tsx';

const ID = /^[a-z0-9][a-z0-9-]{0,39}$/;
const REASON_MAX = 500;
const DRAWER_WIDTH = 760;
const FILE_BYTES_MAX = 400_000;

type Source = 'keep' | 'file' | 'url';

interface IdpForm {
  id: string;
  metadataUrl?: string;
  metadataSigner?: string;
  map: IdpMap;
  certificates?: string;
  reason: string;
}

/** A month. */
const REFRESH_HOURS_MAX = 720;
const EMPTY_MAP: IdpMap = {
  attributes: { username: 'uid', displayName: 'displayName', groups: 'groups' },
  roles: [],
  ...{ jit: false, allowCbc: false, allow3des: false, requireEncrypted: false },
  signPolicy: 'both',
  refreshHours: 24,
};

/** Reads a metadata file that the person chose. */
function FilePicker({ onText }: { onText: (text: string, name: string) => void }) {
  const { t } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  const [name, setName] = useState('');
  const [isTooLarge, setTooLarge] = useState(false);
  async function handleChange(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = event.target.files?.[0];
    if (file === undefined) return;
    setTooLarge(file.size > FILE_BYTES_MAX);
    if (file.size > FILE_BYTES_MAX) return;
    setName(file.name);
    onText(await file.text(), file.name);
  }
  return (
    <div className="idp-file">
      <input
        ref={input}
        type="file"
        accept=".xml,text/xml,application/xml,application/samlmetadata+xml"
        hidden
        aria-label={t('idp.metadata_file')}
        onChange={(event) => void handleChange(event)}
      />
      <Button icon={<UploadOutlined />} onClick={() => input.current?.click()}>
        {t('idp.choose_file')}
      </Button>
      <span className="soft">{name}</span>
      {isTooLarge && <Alert type="error" showIcon title={t('idp.file_too_large')} />}
    </div>
  );
}

/** Where metadata comes from: what is known, a file, or an address that is read anew every day. */
function MetadataFields(props: {
  source: Source;
  isNew: boolean;
  onSource: (source: Source) => void;
  onText: (text: string) => void;
}) {
  const { t } = useI18n();
  const sources: Source[] = props.isNew ? ['file', 'url'] : ['keep', 'file', 'url'];
  return (
    <Form.Item label={t('idp.metadata')}>
      <Segmented<Source>
        value={props.source}
        onChange={props.onSource}
        options={sources.map((value) => ({ value, label: t(`idp.source.${value}`) }))}
      />
      {props.source === 'file' && <FilePicker onText={props.onText} />}
      {props.source === 'url' && (
        <>
          <p className="soft">{t('idp.url_hint')}</p>
          <Form.Item
            name="metadataUrl"
            label={t('idp.metadata_url')}
            rules={[{ required: true, pattern: /^https:\/\/\S+$/, message: t('idp.url_rule') }]}
          >
            <Input placeholder="https://idp.bank.example/metadata.xml" spellCheck={false} />
          </Form.Item>
          <Form.Item name="metadataSigner" label={t('idp.metadata_signer')} extra={t('idp.signer_hint')}>
            <Input.TextArea rows={3} className="idp-code" spellCheck={false} />
          </Form.Item>
          <Form.Item name={['map', 'refreshHours']} label={t('idp.refresh_hours')}>
            <InputNumber min={1} max={REFRESH_HOURS_MAX} precision={0} />
          </Form.Item>
        </>
      )}
    </Form.Item>
  );
}

function useSend(idp: Idp | undefined, onClose: () => void) {
  const { t } = useI18n();
  const acts = useIdpActs();
  const { message } = App.useApp();
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  async function send(form: IdpForm, { source, text }: { source: Source; text: string }): Promise<void> {
    setSending(true);
    setError(null);
    const kept = idp === undefined ? {} : { refreshHours: idp.map.refreshHours };
    const pems = splitPems(form.certificates ?? '');
    const signer = splitPems(form.metadataSigner ?? '').join('\n');
    try {
      await acts.change(idp?.id ?? form.id, {
        ...(source === 'file' ? { metadata: text } : {}),
        ...(source === 'url' ? { metadataUrl: form.metadataUrl?.trim() ?? '' } : {}),
        ...(source === 'url' && signer ? { metadataSigner: signer } : {}),
        // Its field is shown for an address alone; otherwise what is known stays.
        map: { ...kept, ...cleanMap(form.map), ...(pems.length > 0 ? { certificates: pems } : {}) },
        reason: form.reason.trim(),
      });
      void message.success(t('idp.asked'));
      onClose();
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setSending(false);
    }
  }
  return { error, isSending, send };
}

/** Adds an identity provider, or changes one. What is in force stays so until another person approves. */
export function IdpDialog({ idp, onClose }: { idp: Idp | undefined; onClose: () => void }) {
  const { t } = useI18n();
  const [form] = Form.useForm<IdpForm>();
  const [source, setSource] = useState<Source>(idp ? 'keep' : 'file');
  const [text, setText] = useState('');
  const { error, isSending, send } = useSend(idp, onClose);
  const faults = error?.details['faults'];
  const isFileMissing = source === 'file' && text === '';
  return (
    <Drawer
      open
      size={DRAWER_WIDTH}
      title={idp ? t('idp.change_title', { id: idp.id }) : t('idp.add')}
      onClose={onClose}
      footer={
        <Space>
          <Button type="primary" loading={isSending} disabled={isFileMissing} onClick={form.submit}>
            {t('idp.ask')}
          </Button>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
        </Space>
      }
    >
      <Form<IdpForm>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ map: idp?.map ?? EMPTY_MAP, metadataUrl: idp?.metadataUrl ?? undefined }}
        onFinish={(values) => void send(values, { source, text })}
      >
        {!idp && (
          <Form.Item
            name="id"
            label={t('idp.id')}
            extra={t('idp.id_hint')}
            rules={[{ required: true, pattern: ID, message: t('idp.id_rule') }]}
          >
            <Input autoFocus maxLength={40} spellCheck={false} placeholder="corp" />
          </Form.Item>
        )}
        <MetadataFields source={source} isNew={!idp} onSource={setSource} onText={setText} />
        <MapFields />
        <Form.Item name="certificates" label={t('idp.more_certificates')} extra={t('idp.certificates_hint')}>
          <Input.TextArea rows={3} className="idp-code" spellCheck={false} />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t('approval.reason')}
          rules={[{ required: true, whitespace: true, message: t('field.required') }]}
        >
          <Input.TextArea rows={2} maxLength={REASON_MAX} />
        </Form.Item>
      </Form>
      {error && (
        <Alert
          type="error"
          showIcon
          title={<ProblemText error={error} />}
          description={typeof faults === 'string' ? <code className="idp-code">{faults}</code> : undefined}
        />
      )}
    </Drawer>
  );
}
