import { useQueryClient } from '@tanstack/react-query';
import { Alert, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { toApiError, useApi, type ApiError } from '../api/index.ts';
import { useI18n } from '../i18n/index.ts';
import { FieldInputs, filledValues, useFields, type FieldValues } from '../tailoring/index.ts';
import { ProblemText } from './faces.tsx';

/** Priorities of a ticket, from low to urgent. */
export const TICKET_PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;

export type TicketPriority = (typeof TICKET_PRIORITIES)[number];

const SUBJECT_MAX = 200;
const DESCRIPTION_MAX = 8_000;

interface TicketForm {
  subject: string;
  description: string;
  priority: TicketPriority;
  customFields?: FieldValues;
}

/** A ticket that was just made. */
export interface CreatedTicket {
  id: string;
  number: number | string;
}

/** Makes a ticket, by hand or from a conversation. Used by the inbox and by the list of tickets. */
export function CreateTicketDialog(props: {
  /** Set when the ticket belongs to a conversation and its requester. */
  origin?: { conversationId: string; requesterId: string };
  onCreated: (ticket: CreatedTicket) => void;
  onClose: () => void;
}) {
  const { origin, onCreated, onClose } = props;
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const [form] = Form.useForm<TicketForm>();
  const fields = useFields('ticket');
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  const required = { required: true, whitespace: true, message: t('field.required') };

  async function handleFinish(values: TicketForm): Promise<void> {
    setSending(true);
    setError(null);
    try {
      const ticket = await api.create<CreatedTicket>('/tickets', {
        body: { ...values, customFields: filledValues(values.customFields), ...origin },
      });
      await cache.invalidateQueries({ queryKey: ['tickets'] });
      await cache.invalidateQueries({ queryKey: ['requesters'] });
      onCreated(ticket);
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setSending(false);
    }
  }

  return (
    <Modal
      open
      title={t('ticket.create')}
      okText={t('action.create')}
      okButtonProps={{ loading: isSending }}
      onOk={form.submit}
      onCancel={onClose}
    >
      <Form<TicketForm>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ priority: 'normal' }}
        onFinish={handleFinish}
      >
        <Form.Item name="subject" label={t('ticket.subject')} rules={[required]}>
          <Input maxLength={SUBJECT_MAX} autoFocus />
        </Form.Item>
        <Form.Item name="description" label={t('ticket.description')} rules={[required]}>
          <Input.TextArea rows={5} maxLength={DESCRIPTION_MAX} />
        </Form.Item>
        <Form.Item name="priority" label={t('ticket.priority')}>
          <Select
            options={TICKET_PRIORITIES.map((value) => ({ value, label: t(`ticket.priority.${value}`) }))}
          />
        </Form.Item>
        <FieldInputs fields={fields} />
      </Form>
      {error && <Alert type="error" showIcon title={<ProblemText error={error} />} />}
    </Modal>
  );
}
