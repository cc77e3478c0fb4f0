import { Alert, Button, Form, Input, Switch } from 'antd';
import type { ApiError } from '../../api/index.ts';
import { FormDialog, ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { PREVIEW_SHOWN, useCronPreview, useJobActs, type JobKind, type JobSchedule } from './job-data.ts';
import { useKindTitle } from './kind-table.tsx';

const CRON_MAX = 200;

interface ScheduleForm {
  cron: string;
  isEnabled: boolean;
}

function CronProblem({ error }: { error: ApiError }) {
  const { tMaybe } = useI18n();
  const field = tMaybe(`job.cron_at.${String(error.details['at'])}`);
  return (
    <>
      <ProblemText error={error} /> {field}
    </>
  );
}

/** The next times of what was typed, or what is wrong with it. */
function Preview({ cron }: { cron: string }) {
  const { t, format } = useI18n();
  const { data, error } = useCronPreview(cron);
  if (error) return <Alert type="error" showIcon title={<CronProblem error={error} />} />;
  if (!data) return null;
  return (
    <div className="job-preview" role="status">
      <span className="soft">{t('job.next_times', { zone: data.timeZone })}</span>
      <ol>
        {data.next.slice(0, PREVIEW_SHOWN).map((at) => (
          <li key={at}>{format.dateTime(at)}</li>
        ))}
      </ol>
    </div>
  );
}

/** Changes when a kind of job runs, or pauses it. */
export function ScheduleDialog(props: {
  kind: JobKind;
  schedule: JobSchedule;
  onSaved: () => void;
  onClose: () => void;
}) {
  const { t } = useI18n();
  const titleOf = useKindTitle();
  const acts = useJobActs();
  const { kind, schedule } = props;
  async function handleSubmit({ cron, isEnabled }: ScheduleForm): Promise<void> {
    const text = cron.trim();
    // The program's own expression is followed, not copied: a later version may bring a better one.
    const own = text === schedule.defaultCron ? null : text;
    await acts.setSchedule(kind.kind, schedule.version, { cron: own, isEnabled });
    props.onSaved();
  }
  return (
    <FormDialog<ScheduleForm>
      title={t('job.schedule_of', { title: titleOf(kind) })}
      okText={t('action.save')}
      initialValues={{ cron: schedule.cron, isEnabled: schedule.isEnabled }}
      onSubmit={handleSubmit}
      onClose={props.onClose}
    >
      <Form.Item
        name="cron"
        label={t('job.cron')}
        extra={t('job.cron_hint')}
        rules={[{ required: true, whitespace: true, message: t('field.required') }]}
      >
        <Input maxLength={CRON_MAX} autoFocus className="job-cron" spellCheck={false} />
      </Form.Item>
      <Form.Item noStyle dependencies={['cron']}>
        {({ getFieldValue, setFieldValue }) => {
          const cron = (getFieldValue('cron') as string | undefined) ?? '';
          return (
            <>
              <Preview cron={cron} />
              {cron.trim() !== schedule.defaultCron && (
                <Button
                  size="small"
                  className="job-default"
                  onClick={() => setFieldValue('cron', schedule.defaultCron)}
                >
                  {t('job.default', { cron: schedule.defaultCron })}
                </Button>
              )}
            </>
          );
        }}
      </Form.Item>
      <Form.Item name="isEnabled" label={t('job.enabled')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </FormDialog>
  );
}
