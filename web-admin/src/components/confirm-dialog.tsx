import { Alert, Modal } from 'antd';
import { useState } from 'react';
import { toApiError, type ApiError } from '../api/index.ts';
import { ProblemText } from './faces.tsx';

/** Says what an act will do and asks for a yes. Stays open with the problem when the act was refused. */
export function ConfirmDialog(props: {
  title: string;
  /** What will happen, in whole sentences. */
  text: string;
  okText: string;
  /** For acts that are cancellations themselves; "cancel" unless set. */
  cancelText?: string;
  isDanger?: boolean;
  /** Does the act; the caller closes the dialog. */
  onConfirm: () => Promise<void>;
  onClose: () => void;
}) {
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  async function handleOk(): Promise<void> {
    setSending(true);
    setError(null);
    try {
      await props.onConfirm();
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
      {...(props.cancelText === undefined ? {} : { cancelText: props.cancelText })}
      okButtonProps={{ loading: isSending, danger: props.isDanger ?? false }}
      onOk={() => void handleOk()}
      onCancel={props.onClose}
    >
      <p>{props.text}</p>
      {error && <Alert type="error" showIcon title={<ProblemText error={error} />} />}
    </Modal>
  );
}
