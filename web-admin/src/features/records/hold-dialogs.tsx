import { App, Form, Input, Modal, Select } from 'antd';
import { FormDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useScopeText } from './hold-scope.ts';
import {
  RECORD_CLASSES,
  useRecordActions,
  type HoldDetail,
  type HoldInput,
  type RecordClass,
} from './record-data.ts';

const WORDS_MAX = 2_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

interface PlaceForm {
  requesterId?: string;
  accountId?: string;
  ticketId?: string;
  recordClass?: RecordClass;
  from?: string;
  to?: string;
  reason: string;
  authority: string;
}

/** Fields that were left empty are left out; times of the browser's zone become instants. */
function toInput(form: PlaceForm): HoldInput {
  const { from, to, reason, authority, ...scope } = form;
  const named = Object.entries(scope).filter(([, value]) => value);
  return {
    ...Object.fromEntries(named),
    ...(from ? { fromAt: new Date(from).toISOString() } : {}),
    ...(to ? { toAt: new Date(to).toISOString() } : {}),
    reason: reason.trim(),
    authority: authority.trim(),
  };
}

/** Places a hold. What was typed stays when the server refuses it. */
export function PlaceHoldDialog({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const { place } = useRecordActions();
  const uuid = [{ pattern: UUID, message: t('hold.uuid') }];
  const required = [{ required: true, whitespace: true, min: 2, message: t('field.required') }];
  return (
    <FormDialog<PlaceForm>
      title={t('hold.place_title')}
      okText={t('hold.place')}
      initialValues={{}}
      onSubmit={async (form) => {
        await place(toInput(form));
        void message.success(t('hold.placed'));
        onClose();
      }}
      onClose={onClose}
    >
      <p>{t('hold.place_hint')}</p>
      <Form.Item name="requesterId" label={t('hold.requester')} rules={uuid}>
        <Input autoFocus maxLength={36} />
      </Form.Item>
      <Form.Item name="ticketId" label={t('hold.ticket')} rules={uuid}>
        <Input maxLength={36} />
      </Form.Item>
      <Form.Item name="accountId" label={t('hold.account')} rules={uuid}>
        <Input maxLength={36} />
      </Form.Item>
      <Form.Item name="recordClass" label={t('hold.class')}>
        <Select
          allowClear
          options={RECORD_CLASSES.map((value) => ({ value, label: t(`record.class.${value}`) }))}
        />
      </Form.Item>
      <div className="hold-period">
        <Form.Item name="from" label={t('hold.from')}>
          <Input type="datetime-local" />
        </Form.Item>
        <Form.Item name="to" label={t('hold.to')}>
          <Input type="datetime-local" />
        </Form.Item>
      </div>
      <Form.Item name="reason" label={t('hold.reason')} rules={required}>
        <Input.TextArea rows={2} maxLength={WORDS_MAX} />
      </Form.Item>
      <Form.Item name="authority" label={t('hold.authority')} rules={required}>
        <Input maxLength={WORDS_MAX} />
      </Form.Item>
      <p className="soft">{t('hold.sealed')}</p>
    </FormDialog>
  );
}

/** A hold with its reason and authority. */
export function HoldDetails({ hold, onClose }: { hold: HoldDetail; onClose: () => void }) {
  const { t, format } = useI18n();
  const scopeText = useScopeText();
  return (
    <Modal open title={t('hold.title')} footer={null} onCancel={onClose}>
      <dl className="facts">
        <div>
          <dt>{t('hold.scope')}</dt>
          <dd className="hold-scope">{scopeText(hold)}</dd>
        </div>
        <div>
          <dt>{t('hold.reason')}</dt>
          <dd>{hold.reason}</dd>
        </div>
        <div>
          <dt>{t('hold.authority')}</dt>
          <dd>{hold.authority}</dd>
        </div>
        <div>
          <dt>{t('hold.placed_by')}</dt>
          <dd>
            {hold.placedBy.name} · {format.exactTime(hold.placedAt)}
          </dd>
        </div>
      </dl>
    </Modal>
  );
}
