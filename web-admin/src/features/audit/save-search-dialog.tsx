import { Form, Input, Radio, Select } from 'antd';
import { useCan } from '../../auth/index.ts';
import { FormDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  REPORT_FORMATS,
  REPORT_PERIODS,
  type ReportPlan,
  type SavedSearch,
  type SavedSearchInput,
} from './saved-search-data.ts';

const NAME_MAX = 80;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const FIRST_HOUR = 6;

interface Values {
  name: string;
  period: ReportPlan['period'] | 'none';
  atHour: number;
  format: ReportPlan['format'];
}

function ReportFields() {
  const { t } = useI18n();
  return (
    <>
      <Form.Item name="format" label={t('audit.report_format')}>
        <Radio.Group options={REPORT_FORMATS.map((value) => ({ value, label: value.toUpperCase() }))} />
      </Form.Item>
      <Form.Item name="atHour" label={t('audit.report_hour')} extra={t('audit.report_hint')}>
        <Select options={HOURS.map((value) => ({ value, label: `${String(value).padStart(2, '0')}:00` }))} />
      </Form.Item>
    </>
  );
}

function Fields() {
  const { t } = useI18n();
  const can = useCan();
  const period = Form.useWatch<Values['period'] | undefined>('period') ?? 'none';
  return (
    <>
      <Form.Item
        name="name"
        label={t('audit.search_name')}
        rules={[{ required: true, whitespace: true, message: t('field.required') }]}
      >
        <Input maxLength={NAME_MAX} autoFocus />
      </Form.Item>
      {can('audit:export') && (
        <Form.Item name="period" label={t('audit.report')}>
          <Select
            options={(['none', ...REPORT_PERIODS] as const).map((value) => ({
              value,
              label: t(`audit.report.${value}`),
            }))}
          />
        </Form.Item>
      )}
      {period !== 'none' && <ReportFields />}
    </>
  );
}

/** Keeps a search under a name, with a report each day, week, or month if wanted. */
export function SaveSearchDialog(props: {
  filter: SavedSearchInput['filter'];
  /** The one that is changed; a new one without it. */
  known?: SavedSearch;
  onSubmit: (input: SavedSearchInput) => Promise<void>;
  onClose: () => void;
}) {
  const { t, locale } = useI18n();
  const { filter, known, onSubmit, onClose } = props;
  const initialValues: Values = {
    name: known?.name ?? '',
    period: known?.report?.period ?? 'none',
    atHour: known?.report?.atHour ?? FIRST_HOUR,
    format: known?.report?.format ?? 'pdf',
  };
  async function handleSubmit({ name, ...chosen }: Values): Promise<void> {
    // What is not drawn is not among the values.
    const { period, atHour, format } = { ...initialValues, ...chosen };
    const report = period === 'none' ? null : { period, atHour, format, lang: locale };
    await onSubmit({ name, filter, report });
    onClose();
  }
  return (
    <FormDialog<Values>
      title={t('audit.search_save')}
      okText={t('action.save')}
      initialValues={initialValues}
      onSubmit={handleSubmit}
      onClose={onClose}
    >
      <Fields />
    </FormDialog>
  );
}
