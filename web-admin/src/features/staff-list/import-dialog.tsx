import { UploadOutlined } from '@ant-design/icons';
import { Alert, Button, Modal, Table } from 'antd';
import { useRef, useState, type ChangeEvent } from 'react';
import { toApiError, type ApiError } from '../../api/index.ts';
import { ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStaffActs, type StaffReport } from './staff-data.ts';

function Faults({ report }: { report: StaffReport }) {
  const { t, tMaybe, format } = useI18n();
  return (
    <>
      <Alert
        className="dialog-alert"
        type="error"
        showIcon
        title={t('staff.faulty', { count: format.number(report.faultCount) })}
      />
      <Table
        rowKey={({ line, column, code }) => `${line} ${column} ${code}`}
        size="small"
        pagination={false}
        scroll={{ y: 240 }}
        dataSource={report.faults}
        columns={[
          { title: t('staff.line'), dataIndex: 'line', width: 64 },
          { title: t('staff.column'), width: 140, render: (_value, { column }) => column ?? '—' },
          {
            title: t('staff.problem'),
            render: (_value, { code }) => tMaybe(`staff.fault.${code}`) ?? code,
          },
        ]}
      />
    </>
  );
}

/** The file that was chosen, and what the server said of it. */
function useStaffFile() {
  const { check, apply } = useStaffActs();
  const [file, setFile] = useState<Blob | null>(null);
  const [report, setReport] = useState<StaffReport | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function send(work: () => Promise<StaffReport>): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      setReport(await work());
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setBusy(false);
    }
  }
  async function choose({ target }: ChangeEvent<HTMLInputElement>): Promise<void> {
    const picked = target.files?.[0];
    if (picked === undefined) return;
    const blob = new Blob([picked]);
    // The same file, corrected, can be chosen again.
    const input = target;
    input.value = '';
    setFile(blob);
    setReport(null);
    await send(() => check(blob));
  }
  return {
    report,
    error,
    isBusy,
    choose,
    takeOver: () => (file ? send(() => apply(file)) : Promise.resolve()),
  };
}

/** A file of the staff: chosen, checked in a dry run, and taken over. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t, format } = useI18n();
  const picker = useRef<HTMLInputElement>(null);
  const { report, error, isBusy, choose, takeOver } = useStaffFile();
  const counts = report && {
    accounts: format.number(report.accountCount),
    numbers: format.number(report.numberCount),
  };
  const isFit = report !== null && report.faultCount === 0 && !report.isApplied;
  return (
    <Modal
      open
      title={t('staff.import_title')}
      okText={t('staff.apply')}
      okButtonProps={{ disabled: !isFit, loading: isBusy && isFit }}
      onOk={() => void takeOver()}
      onCancel={onClose}
    >
      <p>{t('staff.import_hint')}</p>
      <input
        ref={picker}
        type="file"
        accept=".csv,text/csv"
        hidden
        aria-label={t('staff.pick')}
        onChange={(event) => void choose(event)}
      />
      <p>
        <Button icon={<UploadOutlined />} loading={isBusy} onClick={() => picker.current?.click()}>
          {t(isBusy ? 'staff.checking' : 'staff.pick')}
        </Button>
      </p>
      <div role="status">
        {counts && report.faultCount === 0 && (
          <Alert
            type="success"
            showIcon
            title={t(report.isApplied ? 'staff.applied' : 'staff.checked', counts)}
          />
        )}
      </div>
      {report && report.faultCount > 0 && <Faults report={report} />}
      {error && <Alert type="error" showIcon title={<ProblemText error={error} />} />}
    </Modal>
  );
}
