import { Alert, App, Checkbox, Form, Input, InputNumber } from 'antd';
import { FormDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useCaseActs, type CasePerson } from './case-data.ts';

const TEXT_MAX = 500;
const DAYS = { min: 1, max: 30, usual: 7 };

interface Values {
  caseNumber: string;
  authority: string;
  reason: string;
  from?: string;
  to?: string;
  unmasked: boolean;
  keptDays: number;
}

/** Asks for the case file of a person; two other people decide. */
export function AskCaseDialog({ person, onClose }: { person: CasePerson; onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const { ask } = useCaseActs();
  const required = [{ required: true, whitespace: true, min: 2, message: t('field.required') }];
  async function handleSubmit({ from, to, ...values }: Values): Promise<void> {
    await ask({
      ...values,
      requesterId: person.id,
      ...(from ? { from: new Date(from).toISOString() } : {}),
      ...(to ? { to: new Date(to).toISOString() } : {}),
    });
    void message.success(t('case.asked'));
    onClose();
  }
  return (
    <FormDialog<Values>
      title={t('case.ask')}
      okText={t('case.ask_ok')}
      initialValues={{ unmasked: false, keptDays: DAYS.usual }}
      onSubmit={handleSubmit}
      onClose={onClose}
    >
      <p>{t('case.ask_hint', { person: person.nameMasked ?? person.phoneMasked ?? person.id })}</p>
      <Form.Item name="caseNumber" label={t('case.number')} rules={required}>
        <Input autoFocus maxLength={TEXT_MAX} />
      </Form.Item>
      <Form.Item name="authority" label={t('case.authority')} rules={required}>
        <Input maxLength={TEXT_MAX} />
      </Form.Item>
      <Form.Item name="reason" label={t('case.reason')} rules={required} extra={t('case.reason_hint')}>
        <Input.TextArea rows={2} maxLength={TEXT_MAX} />
      </Form.Item>
      <div className="case-period">
        <Form.Item name="from" label={t('case.from')}>
          <Input type="datetime-local" />
        </Form.Item>
        <Form.Item name="to" label={t('case.to')}>
          <Input type="datetime-local" />
        </Form.Item>
      </div>
      <Form.Item
        name="keptDays"
        label={t('case.days')}
        rules={[{ required: true, message: t('field.required') }]}
      >
        <InputNumber min={DAYS.min} max={DAYS.max} precision={0} />
      </Form.Item>
      <Form.Item name="unmasked" valuePropName="checked">
        <Checkbox>{t('case.unmasked')}</Checkbox>
      </Form.Item>
      <Alert type="info" showIcon title={t('case.two_people')} />
    </FormDialog>
  );
}
