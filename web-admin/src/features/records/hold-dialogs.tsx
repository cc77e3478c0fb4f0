import { App, Form, Input, Modal, Select } from 'antd';
import { FormDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useScopeText } from './hold-scope.ts';
import { useOutcomeToast } from './outcome-toast.ts';
import {
  RECORD_CLASSES,
  useRecordActions,
  type Hold,
  type HoldDetail,
  type HoldInput,
  type RecordClass,
} from './record-data.ts';

const WORDS_MAX = 2_000;
const REASON_MAX = 500;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

interface PlaceForm {
  requesterId?: string;
  accountId?: string;
  ticketId?: string;
  recordClass?: RecordClass;
  from?: string;
  to?: string;
  ends: string;
  reason: string;
  authority: string;
}

/** Fields that were left empty are left out; times of the browser's zone become instants. */
function toInput(form: PlaceForm): HoldInput {
  const { from, to, ends, reason, authority, ...scope } = form;
  const named = Object.entries(scope).filter(([, value]) => value);
  return {
    ...Object.fromEntries(named),
    ...(from ? { fromAt: new Date(from).toISOString() } : {}),
    ...(to ? { toAt: new Date(to).toISOString() } : {}),
    endsAt: new Date(ends).toISOString(),
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
      <EndField />
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

/** When people are to look at a hold again; no hold is without it. */
function EndField() {
  const { t } = useI18n();
  return (
    <Form.Item
      name="ends"
      label={t('hold.ends_at')}
      extra={t('hold.ends_hint')}
      rules={[{ required: true, message: t('field.required') }]}
    >
      <Input type="datetime-local" />
    </Form.Item>
  );
}

/** Asks for a later planned end. */
export function ExtendHoldDialog({ hold, onClose }: { hold: Hold; onClose: () => void }) {
  const { t } = useI18n();
  const { extend } = useRecordActions();
  const toast = useOutcomeToast();
  return (
    <FormDialog<{ ends: string; reason: string }>
      title={t('hold.extend')}
      okText={t('hold.extend')}
      initialValues={{}}
      onSubmit={async ({ ends, reason }) => {
        toast(await extend(hold, { endsAt: new Date(ends).toISOString(), reason: reason.trim() }));
        onClose();
      }}
      onClose={onClose}
    >
      <p>{t('hold.extend_hint')}</p>
      <EndField />
      <Form.Item
        name="reason"
        label={t('record.reason_field')}
        rules={[{ required: true, whitespace: true, min: 2, message: t('field.required') }]}
      >
        <Input.TextArea rows={2} maxLength={REASON_MAX} />
      </Form.Item>
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
        <div>
          <dt>{t('hold.confirmed_by')}</dt>
          <dd>
            {hold.confirmedBy && hold.confirmedAt
              ? `${hold.confirmedBy.name} · ${format.exactTime(hold.confirmedAt)}`
              : t('hold.due.unconfirmed')}
          </dd>
        </div>
        <div>
          <dt>{t('hold.ends_at')}</dt>
          <dd>{hold.endsAt === null ? '—' : format.exactTime(hold.endsAt)}</dd>
        </div>
      </dl>
    </Modal>
  );
}
