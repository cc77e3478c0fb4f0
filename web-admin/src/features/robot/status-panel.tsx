import { lazy, Suspense, type ReactNode } from 'react';
import { CopyButton, ErrorFace, LoadingFace, Meter } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { shortHash, useRobotStatus, type ModelStatus } from './robot-data.ts';

const CurveChart = lazy(() => import('./curve-chart.tsx'));

function ModelFacts({ model }: { model: ModelStatus }) {
  const { t, format } = useI18n();
  const { articles, questions, trainedAt, trainingMs, hash, thresholds } = model;
  const facts: [string, ReactNode][] = [
    [
      t('robot.state'),
      <span key="state" className={`state-mark robot-${model.state}`}>
        {t(`robot.state.${model.state}`)}
      </span>,
    ],
  ];
  if (articles !== undefined) facts.push([t('robot.articles'), format.number(articles)]);
  if (questions !== undefined) facts.push([t('robot.questions'), format.number(questions)]);
  if (trainedAt) facts.push([t('robot.trained_at'), format.dateTime(trainedAt)]);
  if (trainingMs !== undefined) facts.push([t('robot.training_time'), format.duration(trainingMs)]);
  if (thresholds) {
    facts.push(
      [
        t('robot.threshold_answer'),
        <Meter key="answer" ratio={thresholds.answer} label={t('robot.threshold_answer')} />,
      ],
      [
        t('robot.threshold_clarify'),
        <Meter key="clarify" ratio={thresholds.clarify} label={t('robot.threshold_clarify')} />,
      ],
    );
  }
  if (hash) {
    facts.push([
      t('robot.hash'),
      <span key="hash" className="hash-value">
        <code title={hash}>{shortHash(hash)}</code> <CopyButton text={hash} />
      </span>,
    ]);
  }
  return (
    <dl className="facts robot-facts-list">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function ModelPanel({ model }: { model: ModelStatus }) {
  const { t } = useI18n();
  const title = t('robot.model', { locale: t(`robot.locale.${model.locale}`) });
  return (
    <section className="panel" aria-label={title}>
      <h2>{title}</h2>
      <ModelFacts model={model} />
      {model.thresholds && <p className="soft">{t('robot.thresholds_hint')}</p>}
      {model.thresholds && model.curve && model.curve.length > 0 && (
        <details className="curve">
          <summary>{t('robot.curve')}</summary>
          <Suspense fallback={<LoadingFace />}>
            <CurveChart curve={model.curve} threshold={model.thresholds.answer} />
          </Suspense>
        </details>
      )}
    </section>
  );
}

/** What the robot has learned, language by language. */
export function StatusPanel() {
  const { t } = useI18n();
  const { data: status, error, refetch } = useRobotStatus();
  if (error && !status) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!status) return <LoadingFace />;
  return (
    <section aria-label={t('robot.status')}>
      <div className="model-columns">
        {status.models.map((model) => (
          <ModelPanel key={model.locale} model={model} />
        ))}
      </div>
    </section>
  );
}
