import { App } from 'antd';
import { useState } from 'react';
import { ErrorFace, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useJobKinds, type JobKind } from './job-data.ts';
import { JobList } from './job-list.tsx';
import { KindTable } from './kind-table.tsx';
import { ScheduleDialog } from './schedule-dialog.tsx';
import './jobs.css';

/** Background jobs: kinds with their schedules, what runs, and what ran. */
export default function JobsPage() {
  const { t } = useI18n();
  const { message } = App.useApp();
  const kinds = useJobKinds();
  const [chosen, setChosen] = useState<JobKind>();
  const items = kinds.data?.items ?? [];
  return (
    <Page title={t('job.title')}>
      <p className="soft">{t('job.intro', { zone: kinds.data?.timeZone ?? '…' })}</p>
      {kinds.error && !kinds.data ? (
        <ErrorFace error={kinds.error} onRetry={() => void kinds.refetch()} />
      ) : (
        <KindTable kinds={items} isLoading={kinds.isPending} onSchedule={setChosen} />
      )}
      <JobList kinds={items} />
      {chosen?.schedule && (
        <ScheduleDialog
          kind={chosen}
          schedule={chosen.schedule}
          onClose={() => setChosen(undefined)}
          onSaved={() => {
            setChosen(undefined);
            void message.success(t('job.schedule_saved'));
          }}
        />
      )}
    </Page>
  );
}
