import { App, Button, Space, Table, type TableColumnsType } from 'antd';
import { useCan } from '../../auth/index.ts';
import { EmptyFace, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useJobActs, type JobKind } from './job-data.ts';
import { JobMark } from './job-marks.tsx';

/** Title of a kind in the reader's language. */
export function useKindTitle(): (kind: JobKind) => string {
  const { locale } = useI18n();
  return ({ title }) => (locale === 'en' ? title.en : title.zh);
}

function Acts({ kind, onSchedule }: { kind: JobKind; onSchedule: () => void }) {
  const { t } = useI18n();
  const acts = useJobActs();
  const { message } = App.useApp();
  const showProblem = useProblemToast();
  const titleOf = useKindTitle();
  const named = (text: string) => ({ 'aria-label': `${text}: ${titleOf(kind)}` });
  const run = () =>
    void acts
      .runNow(kind.kind)
      .then(() => message.success(t('job.run_asked')))
      .catch(showProblem);
  return (
    <Space wrap size={4}>
      <Button size="small" onClick={run} {...named(t('job.run_now'))}>
        {t('job.run_now')}
      </Button>
      <Button size="small" onClick={onSchedule} {...named(t('job.schedule_change'))}>
        {t('job.schedule_change')}
      </Button>
    </Space>
  );
}

function Schedule({ kind }: { kind: JobKind }) {
  const { t, format } = useI18n();
  const { schedule, isKnown } = kind;
  if (!isKnown) return t('job.unknown_kind');
  if (schedule === null) return <span className="soft">{t('job.on_demand')}</span>;
  return (
    <>
      <code>{schedule.cron}</code>
      <span className="soft second-line">
        {schedule.nextAt === null ? t('job.paused') : t('job.next', { at: format.dateTime(schedule.nextAt) })}
      </span>
    </>
  );
}

function Present({ kind }: { kind: JobKind }) {
  const { t, format } = useI18n();
  const { running, waiting, parked, last } = kind;
  return (
    <>
      {running.map((job) => (
        <div key={job.id}>
          <JobMark job={job} />
        </div>
      ))}
      {running.length === 0 && last && (
        <>
          <JobMark job={last} />
          {last.endedAt && <span className="soft second-line">{format.exactTime(last.endedAt)}</span>}
        </>
      )}
      {running.length === 0 && !last && <span className="soft">{t('job.never')}</span>}
      {waiting + parked > 0 && (
        <span className="second-line">{t('job.waiting', { waiting: waiting + parked })}</span>
      )}
    </>
  );
}

/** Every kind of background work: its schedule, and what runs or ran last. */
export function KindTable(props: {
  kinds: readonly JobKind[];
  isLoading: boolean;
  onSchedule: (kind: JobKind) => void;
}) {
  const { t } = useI18n();
  const can = useCan();
  const titleOf = useKindTitle();
  const acts = (kind: JobKind) =>
    can('job:run') && kind.schedule && <Acts kind={kind} onSchedule={() => props.onSchedule(kind)} />;
  const columns: TableColumnsType<JobKind> = [
    {
      title: t('job.kind'),
      render: (_value, kind) => (
        <>
          {titleOf(kind)}
          <code className="soft second-line job-code">{kind.kind}</code>
          <div className="narrow-only">
            <Schedule kind={kind} />
            <div>{acts(kind)}</div>
          </div>
        </>
      ),
    },
    {
      title: t('job.schedule'),
      width: 220,
      responsive: ['md'],
      render: (_value, kind) => <Schedule kind={kind} />,
    },
    { title: t('job.present'), render: (_value, kind) => <Present kind={kind} /> },
    { title: t('account.acts'), width: 220, responsive: ['md'], render: (_value, kind) => acts(kind) },
  ];
  return (
    <Table<JobKind>
      rowKey="kind"
      size="middle"
      columns={columns}
      dataSource={props.kinds}
      loading={props.isLoading}
      pagination={false}
      locale={{ emptyText: <EmptyFace /> }}
    />
  );
}
