import { Alert, App, Button, Form, Input, InputNumber, Segmented } from 'antd';
import { useState } from 'react';
import { toApiError, type ApiError } from '../../api/index.ts';
import { ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { changedPoints, useRescore, type EvaluatedCriterion, type Evaluation } from './qa-data.ts';

const REMARK_MAX = 2_000;

interface RescoreValues {
  criteria: Record<string, { points?: number | null; remark?: string }>;
  reason: string;
}

function CriterionFields({ criterion }: { criterion: EvaluatedCriterion }) {
  const { t } = useI18n();
  const { id, title, isFatal, pointsMax } = criterion;
  const label = t('qa.rescore_points', { title });
  return (
    <div className="rescore-row">
      <div className="criterion-head">
        <strong>{title}</strong>
        <span className="soft">
          {isFatal ? t('qa.rescore_fatal_hint') : t('qa.rescore_all', { max: pointsMax })}
        </span>
      </div>
      <Form.Item name={['criteria', id, 'points']} noStyle>
        {isFatal ? (
          <Segmented<number | null> aria-label={label} options={[0, pointsMax]} />
        ) : (
          <InputNumber aria-label={label} min={0} max={pointsMax} precision={0} />
        )}
      </Form.Item>
      <Form.Item name={['criteria', id, 'remark']} noStyle>
        <Input
          aria-label={t('qa.rescore_remark', { title })}
          placeholder={t('qa.remark')}
          maxLength={REMARK_MAX}
        />
      </Form.Item>
    </div>
  );
}

/** An inspector's form: new points, remarks, and the reason. */
export function RescoreForm({ evaluation, onDone }: { evaluation: Evaluation; onDone: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const rescore = useRescore(evaluation);
  const [error, setError] = useState<ApiError | null>(null);
  const [isUnchanged, setUnchanged] = useState(false);
  const [isSending, setSending] = useState(false);
  const initial = evaluation.criteria.map(({ id, points, remark }) => [id, { points, remark: remark ?? '' }]);

  async function handleFinish(values: RescoreValues): Promise<void> {
    const changed = changedPoints(evaluation.criteria, values.criteria);
    setError(null);
    setUnchanged(changed.length === 0);
    if (changed.length === 0) return;
    setSending(true);
    try {
      const { score } = await rescore(changed, values.reason.trim());
      void message.success(t('qa.rescore_done', { score: score ?? t('qa.score_none') }));
      onDone();
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setSending(false);
    }
  }

  return (
    <section className="panel" aria-label={t('qa.rescore')}>
      <h2>{t('qa.rescore')}</h2>
      <p className="soft">{t('qa.rescore_hint')}</p>
      <Form<RescoreValues>
        layout="vertical"
        requiredMark={false}
        initialValues={{ criteria: Object.fromEntries(initial) as RescoreValues['criteria'] }}
        onFinish={handleFinish}
      >
        {evaluation.criteria.map((criterion) => (
          <CriterionFields key={criterion.id} criterion={criterion} />
        ))}
        <Form.Item
          name="reason"
          label={t('qa.rescore_reason')}
          rules={[{ required: true, whitespace: true, message: t('field.required') }]}
        >
          <Input.TextArea rows={3} maxLength={REMARK_MAX} />
        </Form.Item>
        {isUnchanged && (
          <Alert className="dialog-alert" type="warning" showIcon title={t('qa.rescore_nothing')} />
        )}
        {error && (
          <Alert className="dialog-alert" type="error" showIcon title={<ProblemText error={error} />} />
        )}
        <div className="side-tools">
          <Button type="primary" htmlType="submit" loading={isSending}>
            {t('qa.rescore_submit')}
          </Button>
          <Button onClick={onDone}>{t('action.cancel')}</Button>
        </div>
      </Form>
    </section>
  );
}
