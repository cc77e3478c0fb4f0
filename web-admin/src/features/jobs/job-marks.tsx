import { Progress } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import { resultLines, shareOf, type Job } from './job-data.ts';

/** How far a run is: a bar where the whole is known, else a count. */
export function JobProgress({ job }: { job: Job }) {
  const { t, format } = useI18n();
  const share = shareOf(job);
  if (share === undefined) {
    return job.done === null ? null : (
      <span className="soft second-line">{t('job.done', { count: format.number(job.done) })}</span>
    );
  }
  return (
    <>
      <Progress
        aria-label={t('job.progress')}
        percent={Math.floor(share * 100)}
        size="small"
        status={job.state === 'running' ? 'active' : 'normal'}
      />
      <span className="soft second-line">
        {format.number(job.done ?? 0)} / {format.number(job.total ?? 0)}
      </span>
    </>
  );
}

/** State of a run, what came of it, and why not. */
export function JobMark({ job }: { job: Job }) {
  const { t, tMaybe, format } = useI18n();
  const { state, isCancelling, errorCode, dueAt } = job;
  const lines = resultLines(job.result);
  return (
    <>
      <span className={`state-mark job-${state}`}>
        {t(isCancelling && state === 'running' ? 'job.cancelling' : `job.state.${state}`)}
      </span>
      {state === 'running' && <JobProgress job={job} />}
      {state === 'queued' && (
        <span className="soft second-line">{t('job.due', { at: format.exactTime(dueAt) })}</span>
      )}
      {state === 'parked' && <span className="soft second-line">{t('job.parked_hint')}</span>}
      {errorCode && (
        <span className="second-line job-problem">
          {tMaybe(`error.${errorCode}`) ?? ''} <code>{errorCode}</code>
        </span>
      )}
      {lines.length > 0 && <span className="soft second-line job-result">{lines.join(' · ')}</span>}
    </>
  );
}
