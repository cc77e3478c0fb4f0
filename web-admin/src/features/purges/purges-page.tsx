import {
  App,
  Alert,
  Button,
  DatePicker,
  Form,
  Input,
  InputNumber,
  Progress,
  Table,
  type TableColumnsType,
} from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import {
  CopyButton,
  ErrorFace,
  FormDialog,
  LoadingFace,
  Page,
  ReasonDialog,
  useProblemToast,
} from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { OfficerNav } from '../../officer/index.ts';
import {
  isAtWork,
  usePurgeActs,
  usePurges,
  type Period,
  type Purge,
  type PurgeJob,
  type Purges,
} from './purge-data.ts';
import './purges.css';

const REASON_CHARACTERS_MAX = 500;
const KEEP_DAYS_MAX = 36_525;
const PERCENT = 100;

interface PeriodForm {
  keepDays: number;
  reason: string;
}

function PeriodDialog({ period, floor, onClose }: { period: Period; floor: number; onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const { change } = usePurgeActs();
  const required = [{ required: true, message: t('field.required') }];
  return (
    <FormDialog<PeriodForm>
      title={t('purge.change_title', { name: t(`audit.class.${period.entryClass}`) })}
      okText={t('purge.save')}
      initialValues={{ keepDays: period.keepDays }}
      onSubmit={async ({ keepDays, reason }) => {
        const { state } = await change(period, keepDays, reason.trim());
        void message.success(t(state === 'done' ? 'purge.saved' : 'purge.asked'));
        onClose();
      }}
      onClose={onClose}
    >
      <p>{t('purge.periods_hint', { floor })}</p>
      <Form.Item name="keepDays" label={t('purge.keep_field', { floor })} rules={required}>
        <InputNumber min={floor} max={KEEP_DAYS_MAX} precision={0} autoFocus />
      </Form.Item>
      <Form.Item name="reason" label={t('purge.reason_field')} rules={required}>
        <Input.TextArea rows={2} maxLength={REASON_CHARACTERS_MAX} />
      </Form.Item>
    </FormDialog>
  );
}

function Periods({ data }: { data: Purges }) {
  const { t, format } = useI18n();
  const [edited, setEdited] = useState<Period | null>(null);
  const columns: TableColumnsType<Period> = [
    { title: t('purge.class'), render: (_, { entryClass }) => t(`audit.class.${entryClass}`) },
    {
      title: t('purge.keep'),
      render: (_, { keepDays }) => t('purge.keep_value', { days: format.number(keepDays) }),
    },
    {
      title: t('purge.changed'),
      responsive: ['md'],
      render: (_, { changedAt }) => (changedAt === null ? t('purge.default') : format.dateTime(changedAt)),
    },
    {
      title: '',
      align: 'right',
      render: (_, period) => (
        <Button
          type="link"
          aria-label={t('purge.change_title', { name: t(`audit.class.${period.entryClass}`) })}
          onClick={() => setEdited(period)}
        >
          {t('purge.change')}
        </Button>
      ),
    },
  ];
  return (
    <section className="panel purge-panel" aria-label={t('purge.periods')}>
      <h2>{t('purge.periods')}</h2>
      <p className="soft">{t('purge.periods_hint', { floor: data.floorDays })}</p>
      <Table<Period>
        rowKey="entryClass"
        size="small"
        pagination={false}
        columns={columns}
        dataSource={data.periods}
      />
      {edited && <PeriodDialog period={edited} floor={data.floorDays} onClose={() => setEdited(null)} />}
    </section>
  );
}

function PlanResult({ plan }: { plan: PurgeJob }) {
  const { t, format } = useI18n();
  const { result, errorCode, endedAt } = plan;
  if (endedAt === null) return <p role="status">{t('purge.dry_run_running')}</p>;
  if (errorCode !== null)
    return <Alert type="warning" showIcon title={t('purge.job_failed', { code: errorCode })} />;
  const at = format.dateTime(endedAt);
  const before = format.dateTime(result.before ?? '');
  const [from, to] = [format.number(result.fromSeal ?? 0), format.number(result.toSeal ?? 0)];
  const entries = format.number(result.entries ?? 0);
  return (
    <p role="status">
      {result.entries
        ? t('purge.plan', { at, before, entries, from, to })
        : t('purge.plan_none', { at, before })}{' '}
      {result.stop && t(`purge.stop.${result.stop}`)} {result.hold && <code>{result.hold}</code>}
    </p>
  );
}

function RunState({ run }: { run: PurgeJob }) {
  const { t, format } = useI18n();
  const { done, total, errorCode, result } = run;
  const isOpen = isAtWork(run);
  if (errorCode !== null)
    return <Alert type="warning" showIcon title={t('purge.job_failed', { code: errorCode })} />;
  if (!isOpen)
    return (
      <p className="soft">
        {t('purge.last_run')}: {run.endedAt && format.dateTime(run.endedAt)}{' '}
        {result.stop && t(`purge.stop.${result.stop}`)}
      </p>
    );
  if (!total) return <p role="status">{t('purge.running_archive')}</p>;
  const text = t('purge.running', { done: format.number(done ?? 0), total: format.number(total) });
  return (
    <div role="status">
      <p>{text}</p>
      <Progress aria-label={text} percent={Math.floor(((done ?? 0) / total) * PERCENT)} status="active" />
    </div>
  );
}

function Steps({ data }: { data: Purges }) {
  const { t, format } = useI18n();
  const { message } = App.useApp();
  const { dryRun, ask } = usePurgeActs();
  const showProblem = useProblemToast();
  const [before, setBefore] = useState(() => dayjs().startOf('day'));
  const [isAsking, setAsking] = useState(false);
  const instant = before.toISOString();
  const isPlanning = isAtWork(data.plan);
  return (
    <section className="panel purge-panel" aria-label={t('purge.steps')}>
      <h2>{t('purge.steps')}</h2>
      <div className="purge-steps">
        <label>
          <span className="soft second-line">{t('purge.before_field')}</span>
          <DatePicker
            aria-label={t('purge.before_field')}
            allowClear={false}
            showTime={{ format: 'HH:mm' }}
            format="YYYY-MM-DD HH:mm"
            disabledDate={(day) => day.isAfter(dayjs())}
            value={before}
            onChange={(chosen) => chosen && setBefore(chosen)}
          />
        </label>
        <Button
          type="primary"
          loading={isPlanning}
          onClick={() => void dryRun(instant).catch((error: unknown) => showProblem(error))}
        >
          {t('purge.dry_run')}
        </Button>
        <Button danger disabled={isPlanning || !data.plan} onClick={() => setAsking(true)}>
          {t('purge.ask')}
        </Button>
      </div>
      {data.plan ? <PlanResult plan={data.plan} /> : <p className="soft">{t('purge.dry_run_none')}</p>}
      {data.run && <RunState run={data.run} />}
      {isAsking && (
        <ReasonDialog
          title={t('purge.ask')}
          hint={t('purge.ask_hint', { before: format.dateTime(instant) })}
          label={t('purge.reason_field')}
          okText={t('purge.ask')}
          isDanger
          charactersMax={REASON_CHARACTERS_MAX}
          onSubmit={async (reason) => {
            await ask(instant, reason);
            void message.success(t('purge.asked'));
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

function Hash({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <code className="hash">{text}</code> <CopyButton text={text} />
      </dd>
    </div>
  );
}

function Report({ purge }: { purge: Purge }) {
  const { t, format } = useI18n();
  const { purgeNo, fromSeal, toSeal, entries, archiveName, archive } = purge;
  const range = {
    ...{ from: format.number(fromSeal), to: format.number(toSeal), entries: format.number(entries) },
    until: format.exactTime(purge.untilAt),
  };
  return (
    <li className="purge-report">
      <h3>
        {t('purge.no', { no: purgeNo })}{' '}
        <time className="soft" dateTime={purge.decidedAt}>
          {format.exactTime(purge.decidedAt)}
        </time>
      </h3>
      <p>
        {t('purge.range', range)}
        <span className="soft second-line">
          {t('purge.people', { asked: purge.requestedBy.name, approved: purge.approvedBy.name })}
        </span>
      </p>
      <Alert
        type={archive === 'there' ? 'success' : archive === 'moved' ? 'info' : 'error'}
        showIcon
        title={t(`purge.archive_state.${archive}`)}
      />
      <dl className="facts">
        <Hash label={t('purge.archive')} text={archiveName} />
        <Hash label={t('purge.archive_sha')} text={purge.archiveSha256} />
        <Hash label={t('purge.root')} text={purge.root} />
      </dl>
      <p className="soft">{t('purge.verify_hint', { name: archiveName })}</p>
    </li>
  );
}

/** Purging the trail: periods, dry run, request, progress, and what proves what was purged. */
export default function PurgesPage() {
  const { t } = useI18n();
  const { data, error, refetch } = usePurges();
  return (
    <Page title={t('purge.title')} isWide>
      <OfficerNav />
      <p className="soft">{t('purge.hint')}</p>
      {error && !data && <ErrorFace error={error} onRetry={() => void refetch()} />}
      {!error && !data && <LoadingFace />}
      {data && (
        <>
          <Steps data={data} />
          <section className="panel purge-panel" aria-label={t('purge.reports')}>
            <h2>{t('purge.reports')}</h2>
            {data.items.length === 0 && <p className="soft">{t('purge.none')}</p>}
            <ul className="plain-list">
              {data.items.map((purge) => (
                <Report key={purge.purgeNo} purge={purge} />
              ))}
            </ul>
          </section>
          <Periods data={data} />
        </>
      )}
    </Page>
  );
}
