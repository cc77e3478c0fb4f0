import { App, Alert, Button } from 'antd';
import { useState } from 'react';
import { ErrorFace, LoadingFace, Page, ReasonDialog, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { ClassTable } from './class-table.tsx';
import { ErasurePanel } from './erasure-panel.tsx';
import { HoldPanel } from './hold-panel.tsx';
import { useOutcomeToast } from './outcome-toast.ts';
import { useOverview, useRecordActions, type Overview } from './record-data.ts';
import { RunPanel } from './run-panel.tsx';
import './records.css';

const REASON_CHARACTERS_MAX = 500;

function ClockAlert({ sweeps }: { sweeps: Overview['sweeps'] }) {
  const { t, format } = useI18n();
  const { confirmClock } = useRecordActions();
  const toast = useOutcomeToast();
  const [isAsking, setAsking] = useState(false);
  if (sweeps.clockSeenAt === null) return null;
  const seen = format.exactTime(sweeps.clockSeenAt);
  const expected = sweeps.highWaterAt === null ? '—' : format.exactTime(sweeps.highWaterAt);
  return (
    <>
      <Alert
        className="records-alert"
        type="error"
        showIcon
        title={t('record.clock_jumped', { seen, expected })}
        action={<Button onClick={() => setAsking(true)}>{t('record.clock_confirm')}</Button>}
      />
      {isAsking && (
        <ReasonDialog
          title={t('record.clock_confirm')}
          hint={t('record.clock_hint')}
          label={t('record.reason_field')}
          okText={t('record.clock_confirm')}
          charactersMax={REASON_CHARACTERS_MAX}
          onSubmit={async (reason) => toast(await confirmClock(reason))}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

function Sweeps({ data }: { data: Overview }) {
  const { t, format } = useI18n();
  const { message } = App.useApp();
  const { schedule, sweep } = useRecordActions();
  const toast = useOutcomeToast();
  const showProblem = useProblemToast();
  const [isAsking, setAsking] = useState(false);
  const { isScheduled, version } = data.sweeps;
  const begin = () =>
    sweep().then(
      () => void message.success(t('record.sweep_started')),
      (error: unknown) => showProblem(error),
    );
  const name = t(isScheduled ? 'record.switch_off' : 'record.switch_on');
  return (
    <section className="panel records-panel" aria-label={t('record.sweeps')}>
      <div className="records-head">
        <h2>{t('record.sweeps')}</h2>
        <span className={isScheduled ? 'records-on' : 'soft'}>
          {t(isScheduled ? 'record.sweeps_on' : 'record.sweeps_off')}
        </span>
        <span className="records-tools">
          {isScheduled && <Button onClick={() => void begin()}>{t('record.sweep_now')}</Button>}
          <Button danger={isScheduled} onClick={() => setAsking(true)}>
            {name}
          </Button>
        </span>
      </div>
      {data.running && (
        <Alert
          type={data.running.errorCode === null ? 'info' : 'warning'}
          showIcon
          title={
            data.running.errorCode === null
              ? t('record.running', {
                  rows: format.number(data.running.rowsRemoved),
                  chunks: format.number(data.running.chunkCount),
                })
              : t('record.failed', { code: data.running.errorCode })
          }
        />
      )}
      {data.lastSweep ? (
        <RunPanel title={t('record.last_sweep')} run={data.lastSweep} />
      ) : (
        <p className="soft">{t('record.no_sweep')}</p>
      )}
      {isAsking && (
        <ReasonDialog
          title={name}
          hint={t(isScheduled ? 'record.switch_off_hint' : 'record.switch_on_hint')}
          label={t('record.reason_field')}
          okText={name}
          isDanger={isScheduled}
          charactersMax={REASON_CHARACTERS_MAX}
          onSubmit={async (reason) => toast(await schedule(version, { isOn: !isScheduled, reason }))}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

function DryRun({ data, isWaiting, onStart }: { data: Overview; isWaiting: boolean; onStart: () => void }) {
  const { t } = useI18n();
  return (
    <section className="panel records-panel" aria-label={t('record.dry_run')}>
      <div className="records-head">
        <h2>{t('record.dry_run')}</h2>
        <span className="soft" role="status">
          {isWaiting ? t('record.dry_run_waiting') : ''}
        </span>
        <span className="records-tools">
          <Button type="primary" loading={isWaiting} onClick={onStart}>
            {t('record.dry_run')}
          </Button>
        </span>
      </div>
      {data.lastDryRun ? (
        <RunPanel title={t('record.last_dry_run')} run={data.lastDryRun} />
      ) : (
        <p className="soft">{t('record.no_dry_run')}</p>
      )}
    </section>
  );
}

/** The officer's page: periods, legal holds, dry run, sweeps, and the erasure of persons. */
export default function RecordsPage() {
  const { t, format } = useI18n();
  const { dryRun } = useRecordActions();
  const showProblem = useProblemToast();
  /** The dry run that was the last one when the next was asked for; undefined when none is awaited. */
  const [awaited, setAwaited] = useState<string | null | undefined>(undefined);
  const { data, error, refetch } = useOverview(awaited !== undefined);
  if (error && !data) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingFace />;
  const lastId = data.lastDryRun?.id ?? null;
  const isWaiting = awaited !== undefined && awaited === lastId;
  const start = () => {
    setAwaited(lastId);
    dryRun().catch((fault: unknown) => {
      setAwaited(undefined);
      showProblem(fault);
    });
  };
  return (
    <Page title={t('record.title')} isWide>
      <ClockAlert sweeps={data.sweeps} />
      {data.holdsDue > 0 && (
        <Alert
          className="records-alert"
          type="warning"
          showIcon
          title={t('hold.due_count', { count: format.number(data.holdsDue) })}
        />
      )}
      <ClassTable data={data} />
      <HoldPanel />
      <DryRun data={data} isWaiting={isWaiting} onStart={start} />
      <Sweeps data={data} />
      <ErasurePanel />
    </Page>
  );
}
