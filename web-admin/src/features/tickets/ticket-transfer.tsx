import { App, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { FormDialog, UnitPicker } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useTicketActions, type Ticket } from './ticket-data.ts';

const COMMENT_MAX = 2_000;

interface TransferForm {
  unitId: string;
  comment?: string;
}

function TransferDialog({ ticket, onClose }: { ticket: Ticket; onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const { transfer } = useTicketActions(ticket);
  async function handleSubmit({ unitId, comment }: TransferForm): Promise<void> {
    const { unit } = await transfer(unitId, comment?.trim() ?? '');
    void message.success(t('ticket.transfer_done', { unit: unit.name }));
    // Whoever gave it away may not see it any more.
    void navigate('/tickets');
  }
  return (
    <FormDialog<TransferForm>
      title={`${t('ticket.transfer')} · #${ticket.number}`}
      okText={t('ticket.transfer')}
      initialValues={{}}
      onSubmit={handleSubmit}
      onClose={onClose}
    >
      <p>{t('ticket.transfer_text')}</p>
      <Form.Item
        name="unitId"
        label={t('ticket.transfer_to')}
        rules={[{ required: true, message: t('field.required') }]}
      >
        <UnitPicker exceptId={ticket.unit.id} />
      </Form.Item>
      <Form.Item name="comment" label={t('ticket.move_comment')}>
        <Input.TextArea rows={3} maxLength={COMMENT_MAX} />
      </Form.Item>
    </FormDialog>
  );
}

/** The unit of a ticket, and the way to give it to another one. */
export function TicketUnit({ ticket, mayTransfer }: { ticket: Ticket; mayTransfer: boolean }) {
  const { t } = useI18n();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {ticket.unit.name || '—'}{' '}
      {mayTransfer && (
        <Button size="small" onClick={() => setOpen(true)}>
          {t('ticket.transfer')}
        </Button>
      )}
      {isOpen && <TransferDialog ticket={ticket} onClose={() => setOpen(false)} />}
    </>
  );
}
