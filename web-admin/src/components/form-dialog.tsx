import { Alert, Form, Modal } from 'antd';
import { useState, type ReactNode } from 'react';
import { toApiError, type ApiError } from '../api/index.ts';
import { ProblemText } from './faces.tsx';

/** A form in a dialog. It stays open, with the problem and everything that was typed, when it was refused. */
export function FormDialog<T extends object>(props: {
  title: string;
  okText: string;
  /** What it does cannot be taken back. */
  isDanger?: boolean;
  initialValues: Partial<T>;
  children: ReactNode;
  /** Sends the form; the caller closes the dialog. */
  onSubmit: (values: T) => Promise<void>;
  onClose: () => void;
}) {
  const [form] = Form.useForm<T>();
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  async function handleFinish(values: T): Promise<void> {
    setSending(true);
    setError(null);
    try {
      await props.onSubmit(values);
    } catch (thrown) {
      setError(toApiError(thrown));
      setSending(false);
    }
  }
  return (
    <Modal
      open
      title={props.title}
      okText={props.okText}
      okButtonProps={{ loading: isSending, danger: props.isDanger === true }}
      onOk={form.submit}
      onCancel={props.onClose}
    >
      <Form<T>
        form={form}
        // Its fields get ids of their own: a page behind the dialog may have fields of the same names.
        name="dialog"
        layout="vertical"
        requiredMark={false}
        initialValues={props.initialValues}
        onFinish={handleFinish}
      >
        {props.children}
      </Form>
      {error && <Alert type="error" showIcon title={<ProblemText error={error} />} />}
    </Modal>
  );
}
