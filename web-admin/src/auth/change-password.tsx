import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { toApiError, useApi, type ApiError } from '../api/index.ts';
import { ProblemText } from '../components/index.ts';
import { useI18n } from '../i18n/index.ts';
import { SESSION_KEY } from './session-context.ts';

interface Passwords {
  current: string;
  next: string;
  repeat: string;
}

function ChangePasswordForm({ onDone }: { onDone: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  const required = { required: true, message: t('field.required') };

  async function handleFinish({ current, next }: Passwords): Promise<void> {
    setSending(true);
    setError(null);
    try {
      await api.post('/session/password', { body: { current, next } });
      void message.success(t('password.done'));
      await cache.invalidateQueries({ queryKey: SESSION_KEY });
      onDone();
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setSending(false);
    }
  }

  return (
    <Form<Passwords> layout="vertical" requiredMark={false} onFinish={handleFinish}>
      <Form.Item name="current" label={t('password.current')} rules={[required]}>
        <Input.Password autoComplete="current-password" maxLength={1000} visibilityToggle={false} />
      </Form.Item>
      <Form.Item
        name="next"
        label={t('password.next')}
        rules={[required]}
        extra={t('error.account.password_weak')}
      >
        <Input.Password autoComplete="new-password" maxLength={1000} visibilityToggle={false} />
      </Form.Item>
      <Form.Item
        name="repeat"
        label={t('password.repeat')}
        dependencies={['next']}
        rules={[
          required,
          (form) => ({
            validator: (_rule, value) =>
              value === form.getFieldValue('next')
                ? Promise.resolve()
                : Promise.reject(new Error(t('password.mismatch'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={1000} visibilityToggle={false} />
      </Form.Item>
      {error && (
        <Alert className="sign-in-error" type="error" showIcon title={<ProblemText error={error} />} />
      )}
      <Button type="primary" htmlType="submit" block loading={isSending}>
        {t('action.save')}
      </Button>
    </Form>
  );
}

/** Page of its own while the account must change its password before anything else. */
export function ChangePasswordPage({ isForced }: { isForced: boolean }) {
  const { t } = useI18n();
  return (
    <div className="sign-in">
      <main className="sign-in-card">
        <h1>{t('password.title')}</h1>
        {isForced && <Alert className="sign-in-error" type="warning" showIcon title={t('password.must')} />}
        <ChangePasswordForm onDone={() => undefined} />
      </main>
    </div>
  );
}

/** The same form as a dialog of the account menu. */
export function ChangePasswordDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useI18n();
  return (
    <Modal open={isOpen} title={t('password.title')} footer={null} onCancel={onClose} destroyOnHidden>
      <ChangePasswordForm onDone={onClose} />
    </Modal>
  );
}
