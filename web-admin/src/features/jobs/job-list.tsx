import { ReloadOutlined } from '@ant-design/icons';
import { App, Button, Select, Space, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useCan } from '../../auth/index.ts';
import { ConfirmDialog, EmptyFace, ErrorFace, LoadMore, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  canCancel,
  canRetry,
  JOB_STATES,
  useJobActs,
  useJobs,
  type Job,
  type JobKind,
  type JobState,
} from './job-data.ts';
import { JobMark } from './job-marks.tsx';
import { useKindTitle } from './kind-table.tsx';

function Acts({ job, onCancel }: { job: Job; onCancel: () => void }) {
  const { t } = useI18n();
  const acts = useJobActs();
  const { message } = App.useApp();
  const showProblem = useProblemToast();
  const retry = () =>
    void acts
      .retry(job.id)
      .then(() => message.success(t('job.retried')))
      .catch(showProblem);
  return (
    <Space wrap size={4}>
      {canCancel(job) && (
        <Button size="small" onClick={onCancel}>
          {t('job.cancel')}
        </Button>
      )}
      {canRetry(job) && (
        <Button size="small" onClick={retry}>
          {t('job.retry')}
        </Button>
      )}
    </Space>
  );
}

function useColumns(
  titles: ReadonlyMap<string, string>,
  onCancel: (job: Job) => void,
): TableColumnsType<Job> {
  const { t, format } = useI18n();
  const can = useCan();
  const acts = (job: Job) => can('job:run') && <Acts job={job} onCancel={() => onCancel(job)} />;
  const tries = ({ attempts, restarts }: Job) =>
    restarts === 0 ? format.number(attempts) : t('job.tries_lost', { attempts, restarts });
  return [
    {
      title: t('job.kind'),
      render: (_value, job) => (
        <>
          {titles.get(job.kind) ?? job.kind}
          <span className="soft second-line">
            {t(`job.cause.${job.cause}`)} · {format.exactTime(job.createdAt)}
          </span>
          <span className="narrow-only">{acts(job)}</span>
        </>
      ),
    },
    { title: t('job.state'), render: (_value, job) => <JobMark job={job} /> },
    { title: t('job.tries'), width: 120, responsive: ['md'], render: (_value, job) => tries(job) },
    {
      title: t('job.ended'),
      width: 190,
      responsive: ['lg'],
      render: (_value, { startedAt, endedAt }) => (
        <>
          {endedAt ? format.exactTime(endedAt) : '—'}
          {startedAt && endedAt && (
            <span className="soft second-line">
              {t('job.took', { time: format.duration(Date.parse(endedAt) - Date.parse(startedAt)) })}
            </span>
          )}
        </>
      ),
    },
    { title: t('account.acts'), width: 110, responsive: ['md'], render: (_value, job) => acts(job) },
  ];
}

/** Every run that is kept, open ones with their progress. */
export function JobList({ kinds }: { kinds: readonly JobKind[] }) {
  const { t } = useI18n();
  const titleOf = useKindTitle();
  const acts = useJobActs();
  const [kind, setKind] = useState<string>();
  const [state, setState] = useState<JobState>();
  const [cancelled, setCancelled] = useState<Job>();
  const list = useJobs({ kind, state });
  const titles = new Map(kinds.map((each) => [each.kind, titleOf(each)]));
  const columns = useColumns(titles, setCancelled);
  return (
    <section className="job-runs" aria-labelledby="runs-title">
      <h2 id="runs-title">{t('job.runs')}</h2>
      <div className="filters">
        <Select
          className="filter-select job-filter"
          allowClear
          aria-label={t('job.kind')}
          placeholder={t('job.kind')}
          value={kind ?? null}
          onChange={(value) => setKind(value ?? undefined)}
          options={kinds.map((each) => ({ value: each.kind, label: titleOf(each) }))}
        />
        <Select<JobState | null>
          className="filter-select"
          allowClear
          aria-label={t('job.state')}
          placeholder={t('job.state')}
          value={state ?? null}
          onChange={(value) => setState(value ?? undefined)}
          options={JOB_STATES.map((value) => ({ value, label: t(`job.state.${value}`) }))}
        />
        <Button icon={<ReloadOutlined />} onClick={list.reload}>
          {t('action.refresh')}
        </Button>
      </div>
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<Job>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('job.none')} /> }}
        />
      )}
      <LoadMore list={list} />
      {cancelled && (
        <ConfirmDialog
          title={t('job.cancel_title')}
          text={t('job.cancel_text')}
          okText={t('job.cancel_title')}
          cancelText={t('job.cancel_not')}
          isDanger
          onConfirm={async () => {
            await acts.cancel(cancelled.id);
            setCancelled(undefined);
          }}
          onClose={() => setCancelled(undefined)}
        />
      )}
    </section>
  );
}
