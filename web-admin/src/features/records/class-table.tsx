import { Button, Form, Input, InputNumber, Select, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { FormDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useOutcomeToast } from './outcome-toast.ts';
import { useRecordActions, type ClassRule, type Overview, type RecordAction } from './record-data.ts';

const MONTHS_MAX = 1_200;
const REASON_CHARACTERS_MAX = 500;

interface RuleForm {
  months: number;
  action: RecordAction;
  reason: string;
}

function RuleDialog({ rule, onClose }: { rule: ClassRule; onClose: () => void }) {
  const { t } = useI18n();
  const { changeRule } = useRecordActions();
  const toast = useOutcomeToast();
  const required = [{ required: true, message: t('field.required') }];
  const actions: RecordAction[] = rule.canArchive ? ['archive-and-delete', 'delete'] : ['delete'];
  return (
    <FormDialog<RuleForm>
      title={t('record.change_title', { name: t(`record.class.${rule.recordClass}`) })}
      okText={t('record.save')}
      initialValues={{ months: rule.months, action: rule.action }}
      onSubmit={async (form) => {
        toast(await changeRule(rule, { ...form, reason: form.reason.trim() }));
        onClose();
      }}
      onClose={onClose}
    >
      <p>{t('record.periods_hint')}</p>
      <Form.Item
        name="months"
        label={t('record.months_field', { floor: String(rule.floorMonths) })}
        rules={required}
      >
        <InputNumber min={rule.floorMonths} max={MONTHS_MAX} precision={0} autoFocus />
      </Form.Item>
      <Form.Item name="action" label={t('record.action')} rules={required}>
        <Select options={actions.map((value) => ({ value, label: t(`record.action.${value}`) }))} />
      </Form.Item>
      <Form.Item name="reason" label={t('record.reason_field')} rules={required}>
        <Input.TextArea rows={2} maxLength={REASON_CHARACTERS_MAX} />
      </Form.Item>
    </FormDialog>
  );
}

/** Classes with their periods, and what the last dry run said is due. */
export function ClassTable({ data }: { data: Overview }) {
  const { t, format } = useI18n();
  const [edited, setEdited] = useState<ClassRule | null>(null);
  const report = data.lastDryRun?.report;
  const months = (value: number) =>
    value === 1 ? t('record.month_value') : t('record.months_value', { months: format.number(value) });
  const due = (rule: ClassRule) => report?.classes[rule.recordClass]?.due ?? (report ? 0 : null);
  const next = (rule: ClassRule) => report?.outlook[0]?.counts[rule.recordClass] ?? null;
  const count = (value: number | null) => (value === null ? '—' : format.number(value));
  const columns: TableColumnsType<ClassRule> = [
    { title: t('record.class'), render: (_, rule) => t(`record.class.${rule.recordClass}`) },
    { title: t('record.months'), render: (_, rule) => months(rule.months) },
    { title: t('record.floor'), render: (_, rule) => months(rule.floorMonths), responsive: ['md'] },
    { title: t('record.action'), render: (_, rule) => t(`record.action.${rule.action}`), responsive: ['md'] },
    { title: t('record.due_now'), align: 'right', render: (_, rule) => count(due(rule)) },
    {
      title: t('record.due_next'),
      align: 'right',
      render: (_, rule) => count(next(rule)),
      responsive: ['md'],
    },
    {
      title: '',
      align: 'right',
      render: (_, rule) => (
        <Button
          type="link"
          aria-label={t('record.change_title', { name: t(`record.class.${rule.recordClass}`) })}
          onClick={() => setEdited(rule)}
        >
          {t('record.change')}
        </Button>
      ),
    },
  ];
  return (
    <section className="panel records-panel" aria-label={t('record.periods')}>
      <h2>{t('record.periods')}</h2>
      <p className="soft">{t('record.periods_hint')}</p>
      <Table<ClassRule>
        rowKey="recordClass"
        size="small"
        pagination={false}
        columns={columns}
        dataSource={data.classes}
      />
      {edited && <RuleDialog rule={edited} onClose={() => setEdited(null)} />}
    </section>
  );
}
