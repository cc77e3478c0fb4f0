import { Alert, Checkbox, Form, Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import { toApiError, useApi, type ApiError } from '../../api/index.ts';
import { ProblemText } from '../../components/index.ts';
import { useI18n, type MessageKey } from '../../i18n/index.ts';
import {
  maskedValue,
  REVEAL_FIELDS,
  type Requester,
  type Revealed,
  type RevealField,
} from './requester-data.ts';

const PURPOSES = ['identity', 'callback', 'ticket', 'other'] as const;
const PURPOSE_TEXT_MAX = 200;

interface RevealForm {
  fields: RevealField[];
  purpose: (typeof PURPOSES)[number];
  purposeText?: string;
}

/** Catalogue keys of the fields' names. */
export const FIELD_LABELS: Record<RevealField, MessageKey> = {
  name: 'requester.name',
  phone: 'requester.phone',
  email: 'requester.email',
  idNumber: 'requester.id_number',
};

/** Asks for fields and purpose; the answer is shown by the caller for the time the server allows. */
export function RevealDialog(props: {
  requester: Requester;
  ticketId: string | undefined;
  conversationId: string | undefined;
  onRevealed: (revealed: Revealed) => void;
  onClose: () => void;
}) {
  const { requester, ticketId, conversationId, onRevealed, onClose } = props;
  const { t } = useI18n();
  const api = useApi();
  const [form] = Form.useForm<RevealForm>();
  const purpose = Form.useWatch('purpose', form);
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  const known = REVEAL_FIELDS.filter((field) => maskedValue(requester, field));
  const required = [{ required: true, message: t('field.required') }];

  async function handleFinish(values: RevealForm): Promise<void> {
    setSending(true);
    setError(null);
    const words = values.purpose === 'other' ? values.purposeText : t(`requester.purpose_${values.purpose}`);
    try {
      const madeFor = ticketId ? { ticketId } : { conversationId };
      const body = { fields: values.fields, purpose: words, ...madeFor };
      onRevealed(await api.post<Revealed>(`/requesters/${requester.id}/reveal`, { body }));
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setSending(false);
    }
  }

  return (
    <Modal
      open
      title={t('requester.reveal')}
      okText={t('requester.reveal')}
      okButtonProps={{ loading: isSending, disabled: known.length === 0 }}
      onOk={form.submit}
      onCancel={onClose}
    >
      <Alert type="info" showIcon title={t('requester.reveal_hint')} className="dialog-alert" />
      <Form<RevealForm> form={form} layout="vertical" requiredMark={false} onFinish={handleFinish}>
        <Form.Item name="fields" label={t('requester.fields')} rules={required}>
          <Checkbox.Group options={known.map((field) => ({ value: field, label: t(FIELD_LABELS[field]) }))} />
        </Form.Item>
        <Form.Item name="purpose" label={t('requester.purpose')} rules={required}>
          <Radio.Group
            className="radio-column"
            options={PURPOSES.map((value) => ({ value, label: t(`requester.purpose_${value}`) }))}
          />
        </Form.Item>
        {purpose === 'other' && (
          <Form.Item name="purposeText" label={t('requester.purpose_text')} rules={required}>
            <Input maxLength={PURPOSE_TEXT_MAX} />
          </Form.Item>
        )}
      </Form>
      {error && <Alert type="error" showIcon title={<ProblemText error={error} />} />}
    </Modal>
  );
}
