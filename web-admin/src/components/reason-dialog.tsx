import { Alert, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { toApiError, type ApiError } from '../api/index.ts';
import { useI18n } from '../i18n/index.ts';
import { ProblemText } from './faces.tsx';

/** Asks why something is done, and does it. Stays open with the problem when it was refused. */
export function ReasonDialog(props: {
  title: string;
  /** What will happen, in one sentence. */
  hint: string;
  label: string;
  okText: string;
  isDanger?: boolean;
  charactersMax: number;
  onSubmit: (reason: string) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useI18n();
  const [form] = Form.useForm<{ reason: string }>();
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);

  async function handleFinish({ reason }: { reason: string }): Promise<void> {
    setSending(true);
    setError(null);
    try {
      await props.onSubmit(reason.trim());
      props.onClose();
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setSending(false);
    }
  }

  return (
    <Modal
      open
      title={props.title}
      okText={props.okText}
      okButtonProps={{ loading: isSending, danger: props.isDanger ?? false }}
      onOk={form.submit}
      onCancel={props.onClose}
    >
      <p>{props.hint}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={handleFinish}>
        <Form.Item
          name="reason"
          label={props.label}
          rules={[{ required: true, whitespace: true, message: t('field.required') }]}
        >
          <Input.TextArea rows={3} maxLength={props.charactersMax} autoFocus />
        </Form.Item>
      </Form>
      {error && <Alert type="error" showIcon title={<ProblemText error={error} />} />}
    </Modal>
  );
}
