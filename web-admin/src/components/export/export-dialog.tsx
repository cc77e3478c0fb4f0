import { Alert, App, Button, Checkbox, Form, Input, Modal, Radio } from 'antd';
import { useNavigate } from 'react-router';
import { useI18n } from '../../i18n/index.ts';
import { ErrorFace, LoadingFace } from '../faces.tsx';
import { FormDialog } from '../form-dialog.tsx';
import { useExportActs, useExportKind, type ExportFormat, type ExportKind } from './export-data.ts';

interface Values {
  format: ExportFormat;
  columns: string[];
  unmasked?: boolean;
  reason?: string;
}

/** What an export is made from: its kind, the filters as they are sent, and the same filters in words. */
export interface ExportSubject {
  kind: string;
  params: Record<string, unknown>;
  filters: readonly string[];
}

const REASON_MAX = 500;

function Fields({ kind, filters }: { kind: ExportKind; filters: readonly string[] }) {
  const { t, locale, format: formats } = useI18n();
  const isUnmasked = Form.useWatch<boolean | undefined>('unmasked') ?? false;
  const word = locale === 'zh-CN' ? 'zh' : 'en';
  return (
    <>
      <p className="export-filters">
        <span className="soft">{t('export.filters')}</span>{' '}
        {filters.length > 0 ? filters.join(t('export.separator')) : t('export.no_filters')}
      </p>
      <Form.Item name="format" label={t('export.format')}>
        <Radio.Group options={kind.formats.map((value) => ({ value, label: t(`export.format.${value}`) }))} />
      </Form.Item>
      <Form.Item
        name="columns"
        label={t('export.columns')}
        rules={[{ required: true, message: t('export.columns_required') }]}
      >
        <Checkbox.Group
          className="export-columns"
          options={kind.columns.map(({ key, title }) => ({ value: key, label: title[word] }))}
        />
      </Form.Item>
      {kind.canUnmask && (
        <Form.Item name="unmasked" valuePropName="checked">
          <Checkbox>{t('export.unmasked')}</Checkbox>
        </Form.Item>
      )}
      {isUnmasked && (
        <Form.Item
          name="reason"
          label={t('export.reason')}
          extra={t('export.reason_help')}
          rules={[{ required: true, whitespace: true, min: 2, message: t('export.reason_required') }]}
        >
          <Input.TextArea rows={2} maxLength={REASON_MAX} showCount />
        </Form.Item>
      )}
      <Alert
        type="info"
        showIcon
        title={t('export.limits', {
          rows: formats.number(kind.rowsMax),
          pdfRows: formats.number(kind.pdfRowsMax),
          hours: kind.keptHours,
        })}
      />
    </>
  );
}

/** Asks for a file of a list: format, columns, and whether plain values are wanted. */
export function ExportDialog({ subject, onClose }: { subject: ExportSubject; onClose: () => void }) {
  const { t, locale } = useI18n();
  const { message } = App.useApp();
  // Messages are drawn outside the router, where a link would not work.
  const navigate = useNavigate();
  const { kind, error } = useExportKind(subject.kind);
  const { ask } = useExportActs();
  if (!kind) {
    return (
      <Modal open footer={null} onCancel={onClose} title={t('export.button')}>
        {error ? <ErrorFace error={error} /> : <LoadingFace />}
      </Modal>
    );
  }
  async function handleSubmit({ unmasked, reason, ...chosen }: Values): Promise<void> {
    const order = { kind: subject.kind, lang: locale, params: subject.params, ...chosen };
    await ask(unmasked ? { ...order, unmasked, reason: reason ?? '' } : order);
    onClose();
    void message.success({
      content: (
        <>
          {t(unmasked ? 'export.asked_unmasked' : 'export.asked')}{' '}
          <Button type="link" size="small" onClick={() => void navigate('/exports')}>
            {t('export.show')}
          </Button>
        </>
      ),
      duration: 6,
    });
  }
  return (
    <FormDialog<Values>
      title={t('export.dialog', { title: kind.title[locale === 'zh-CN' ? 'zh' : 'en'] })}
      okText={t('export.start')}
      initialValues={{
        format: kind.formats[0] ?? 'xlsx',
        columns: kind.columns.map(({ key }) => key),
      }}
      onSubmit={handleSubmit}
      onClose={onClose}
    >
      <Fields kind={kind} filters={subject.filters} />
    </FormDialog>
  );
}
