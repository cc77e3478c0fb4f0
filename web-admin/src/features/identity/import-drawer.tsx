import { DownloadOutlined, UploadOutlined } from '@ant-design/icons';
import { Alert, Button, Drawer, Progress, Table, Tag } from 'antd';
import { useRef, useState, type ChangeEvent } from 'react';
import { toApiError, type ApiError } from '../../api/index.ts';
import { useCan } from '../../auth/index.ts';
import { ErrorFace, ProblemText, ReasonDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useRoleName } from '../../roles/index.ts';
import { FAULTS_SHOWN_MAX, useImportActs, useImports, type AccountImport } from './import-data.ts';

const DRAWER_WIDTH = 720;
const REASON_CHARACTERS_MAX = 500;
const TONES = { checked: 'default', submitted: 'gold', applied: 'green' } as const;

function Counts({ item }: { item: AccountImport }) {
  const { t, format } = useI18n();
  const counts = [
    ['import.new', item.newCount],
    ['import.changed', item.changedCount],
    ['import.unchanged', item.unchangedCount],
    ['import.faulty', item.faultyCount],
  ] as const;
  return (
    <p className="import-counts">
      {counts.map(([label, value]) => (
        <span key={label}>
          {t(label)} <strong>{format.number(value)}</strong>
        </span>
      ))}
      <span className="soft">
        {t('import.encoding')} {item.encoding.toUpperCase()}
      </span>
    </p>
  );
}

function Faults({ item }: { item: AccountImport }) {
  const { t, tMaybe } = useI18n();
  return (
    <>
      <Alert className="dialog-alert" type="error" showIcon title={t('import.faults')} />
      <Table
        rowKey={({ line, column, code }) => `${line} ${column} ${code}`}
        size="small"
        pagination={false}
        dataSource={item.faults}
        columns={[
          { title: t('import.line_number'), dataIndex: 'line', width: 64 },
          { title: t('import.column'), width: 120, render: (_value, { column }) => column ?? '—' },
          {
            title: t('import.problem'),
            render: (_value, { code }) => tMaybe(`import.fault.${code}`) ?? code,
          },
        ]}
      />
      {item.faults.length >= FAULTS_SHOWN_MAX && (
        <p className="soft">{t('import.faults_more', { count: item.faults.length })}</p>
      )}
    </>
  );
}

function Sample({ item }: { item: AccountImport }) {
  const { t } = useI18n();
  const nameOf = useRoleName();
  return (
    <>
      <h3>{t('import.sample', { count: item.sample.length })}</h3>
      <Table
        rowKey="line"
        size="small"
        pagination={false}
        dataSource={item.sample}
        columns={[
          { title: t('import.line_number'), dataIndex: 'line', width: 64, responsive: ['md'] },
          {
            title: t('account.display_name'),
            render: (_value, { displayName, username }) => (
              <>
                {displayName}
                <span className="soft second-line">{username}</span>
              </>
            ),
          },
          { title: t('account.roles'), render: (_value, { roles }) => roles.map(nameOf).join(' · ') },
          { title: t('import.unit'), dataIndex: 'unit', width: 110, responsive: ['md'] },
        ]}
      />
    </>
  );
}

function Passwords({ item }: { item: AccountImport }) {
  const { t } = useI18n();
  const { passwords } = useImportActs();
  const [isMaking, setMaking] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const done = item.newCount - item.passwordsLeft;
  async function handleDownload(): Promise<void> {
    setMaking(true);
    setError(null);
    try {
      await passwords(item);
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setMaking(false);
    }
  }
  if (item.newCount === 0) return null;
  if (item.passwordsLeft === 0) return <p className="soft">{t('import.passwords_done')}</p>;
  return (
    <>
      <Alert
        className="dialog-alert"
        type="warning"
        showIcon
        title={t('import.passwords_title')}
        description={t('import.passwords_hint')}
      />
      <Progress
        aria-label={t('import.passwords_left', { done, total: item.newCount })}
        percent={Math.floor((done / item.newCount) * 100)}
        status={isMaking ? 'active' : 'normal'}
      />
      <p role="status">
        {isMaking ? t('import.making') : t('import.passwords_left', { done, total: item.newCount })}
      </p>
      <Button icon={<DownloadOutlined />} loading={isMaking} onClick={() => void handleDownload()}>
        {t('import.passwords')}
      </Button>
      {error && (
        <Alert className="import-problem" type="error" showIcon title={<ProblemText error={error} />} />
      )}
    </>
  );
}

function Import({ item, onSubmit }: { item: AccountImport; onSubmit: (item: AccountImport) => void }) {
  const { t, format } = useI18n();
  const isFit = item.faultyCount === 0 && item.newCount + item.changedCount > 0;
  return (
    <li className="grant-card">
      <Tag color={TONES[item.state]}>{t(`import.state.${item.state}`)}</Tag>
      <span className="soft">{format.dateTime(item.createdAt)}</span>
      <Counts item={item} />
      {item.faults.length > 0 && <Faults item={item} />}
      {item.state === 'checked' && item.faultyCount === 0 && <Sample item={item} />}
      {item.state === 'checked' && isFit && (
        <Button type="primary" className="import-submit" onClick={() => onSubmit(item)}>
          {t('import.submit')}
        </Button>
      )}
      {item.state === 'applied' && <Passwords item={item} />}
    </li>
  );
}

/** A file of accounts: picked, checked row by row, submitted, and its passwords fetched once. */
function ImportDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const { data, error, refetch } = useImports();
  const { check, submit } = useImportActs();
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [isChecking, setChecking] = useState(false);
  const [submitting, setSubmitting] = useState<AccountImport>();
  const picker = useRef<HTMLInputElement>(null);
  async function handlePick({ target }: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = target.files?.[0];
    // The same file, corrected, can be picked again.
    const input = target;
    if (file === undefined) return;
    setChecking(true);
    setProblem(null);
    try {
      await check(file);
    } catch (thrown) {
      setProblem(toApiError(thrown));
    } finally {
      input.value = '';
      setChecking(false);
    }
  }
  return (
    <Drawer open size={DRAWER_WIDTH} title={t('import.title')} onClose={onClose}>
      <p>{t('import.hint')}</p>
      <input
        ref={picker}
        type="file"
        accept=".csv,text/csv"
        hidden
        aria-label={t('import.pick')}
        onChange={(event) => void handlePick(event)}
      />
      <Button icon={<UploadOutlined />} loading={isChecking} onClick={() => picker.current?.click()}>
        {t(isChecking ? 'import.checking' : 'import.pick')}
      </Button>
      {problem && (
        <Alert className="import-problem" type="error" showIcon title={<ProblemText error={problem} />} />
      )}
      <h2 className="drawer-heading import-former">{t('import.former')}</h2>
      {error && <ErrorFace error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && <p className="soft">{t('import.none')}</p>}
      <ul className="plain-list">
        {data?.map((item) => (
          <Import key={item.id} item={item} onSubmit={setSubmitting} />
        ))}
      </ul>
      {submitting && (
        <ReasonDialog
          title={t('import.submit')}
          hint={t('import.submit_hint', { count: submitting.newCount + submitting.changedCount })}
          label={t('import.reason')}
          okText={t('import.submit')}
          charactersMax={REASON_CHARACTERS_MAX}
          onSubmit={(reason) => submit(submitting, reason)}
          onClose={() => setSubmitting(undefined)}
        />
      )}
    </Drawer>
  );
}

/** Opens the drawer, for those who may make accounts. */
export function ImportButton() {
  const { t } = useI18n();
  const can = useCan();
  const [isOpen, setOpen] = useState(false);
  if (!can('account:create')) return null;
  return (
    <>
      <Button icon={<UploadOutlined />} onClick={() => setOpen(true)}>
        {t('import.open')}
      </Button>
      {isOpen && <ImportDrawer onClose={() => setOpen(false)} />}
    </>
  );
}
