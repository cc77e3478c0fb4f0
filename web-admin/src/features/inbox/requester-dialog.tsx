import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { toApiError, useApi, type ApiError } from '../../api/index.ts';
import { ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { FIELD_LABELS } from './reveal-dialog.tsx';
import { changedFields, REVEAL_FIELDS, type Requester, type RevealField } from './requester-data.ts';

const FIELD_MAX: Record<RevealField, number> = { name: 100, phone: 30, email: 200, idNumber: 30 };

/** Adds what the customer told about themselves. The fields start empty: the plain values are not known here. */
export function RequesterDialog({ requester, onClose }: { requester: Requester; onClose: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const [form] = Form.useForm<Partial<Record<RevealField, string>>>();
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);

  async function handleFinish(values: Partial<Record<RevealField, string>>): Promise<void> {
    const body = changedFields(values);
    if (Object.keys(body).length === 0) return onClose();
    setSending(true);
    setError(null);
    try {
      await api.put(`/requesters/${requester.id}`, { body, version: requester.version });
      await cache.invalidateQueries({ queryKey: ['requesters', requester.id] });
      void message.success(t('requester.saved'));
      onClose();
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setSending(false);
    }
  }

  return (
    <Modal
      open
      title={t('requester.edit')}
      okText={t('action.save')}
      okButtonProps={{ loading: isSending }}
      onOk={form.submit}
      onCancel={onClose}
    >
      <p className="soft">{t('requester.edit_hint')}</p>
      <Form form={form} layout="vertical" onFinish={handleFinish} autoComplete="off">
        {REVEAL_FIELDS.map((field) => (
          <Form.Item key={field} name={field} label={t(FIELD_LABELS[field])}>
            <Input maxLength={FIELD_MAX[field]} autoComplete="off" />
          </Form.Item>
        ))}
      </Form>
      {error && <Alert type="error" showIcon title={<ProblemText error={error} />} />}
    </Modal>
  );
}
