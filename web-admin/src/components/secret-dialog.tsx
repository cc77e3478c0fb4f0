import { Alert, Modal } from 'antd';
import type { ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';

/** A value that is shown once, with the button that copies it. */
export function SecretLine({ label, text }: { label: string; text: string }) {
  return (
    <div className="secret-line">
      <span className="soft">{label}</span>
      <code className="secret">{text}</code>
      <CopyButton text={text} />
    </div>
  );
}

/** Frame of what is shown once: only its button closes it, so that no stray click or key loses the secret. */
export function SecretDialog(props: {
  title: string;
  warning: string;
  okText: string;
  children: ReactNode;
  onClose: () => void;
}) {
  return (
    <Modal
      open
      title={props.title}
      okText={props.okText}
      cancelButtonProps={{ hidden: true }}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      onOk={props.onClose}
    >
      <Alert className="dialog-alert" type="warning" showIcon title={props.warning} />
      {props.children}
    </Modal>
  );
}
