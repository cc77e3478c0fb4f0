import { Alert, Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useCan } from '../../auth/index.ts';
import { ErrorFace, LoadingFace, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { CriteriaPanel } from './criteria-panel.tsx';
import { useEvaluation, type Evaluation, type Evidence } from './qa-data.ts';
import { ScoreMark } from './qa-marks.tsx';
import { RescoreForm } from './rescore-form.tsx';
import { Transcript, type Focus } from './transcript.tsx';
import './qa.css';

function Details({ evaluation }: { evaluation: Evaluation }) {
  const { t, format } = useI18n();
  const can = useCan();
  const { scoreCardId, scoreCardName: name, scoreCardVersion: version } = evaluation;
  const facts: [string, ReactNode][] = [
    [t('qa.score'), <ScoreMark key="score" score={evaluation.score} />],
    [t('qa.state'), t(`qa.state.${evaluation.state}`)],
    [t('qa.agent'), evaluation.agent?.displayName || t('qa.agent_none')],
    [t('qa.evaluated_at'), format.dateTime(evaluation.evaluatedAt)],
    [
      t('qa.card'),
      <Link key="card" to={`/qa/score-cards/${scoreCardId}`}>
        {`${name} · ${t('card.version', { version })}`}
      </Link>,
    ],
  ];
  if (can('conversation:read-any') || can('conversation:supervise')) {
    facts.push([
      t('qa.conversation'),
      <Link key="conversation" to={`/inbox/${evaluation.conversationId}`}>
        {t('qa.open_conversation')}
      </Link>,
    ]);
  }
  return (
    <section className="panel" aria-label={t('qa.details')}>
      <h2>{t('qa.details')}</h2>
      {evaluation.isFatal && (
        <Alert className="dialog-alert" type="error" showIcon title={t('qa.fatal_found')} />
      )}
      <dl className="facts">
        {facts.map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {evaluation.rescoredBy && evaluation.rescoredAt && (
        <p className="criterion-remark keep-lines">
          {t('qa.rescored', {
            name: evaluation.rescoredBy.displayName,
            at: format.dateTime(evaluation.rescoredAt),
          })}
          {evaluation.reason && `\n${evaluation.reason}`}
        </p>
      )}
    </section>
  );
}

function EvaluationView({ evaluation }: { evaluation: Evaluation }) {
  const { t, format } = useI18n();
  const mayScore = useCan()('qa:score');
  const [focus, setFocus] = useState<Focus>();
  const [isScoring, setScoring] = useState(false);
  const allEvidence = evaluation.criteria.flatMap(({ evidence }) => evidence);
  const show = (evidence: Evidence) => setFocus((before) => ({ evidence, at: (before?.at ?? 0) + 1 }));
  return (
    <Page
      isWide
      title={`${t('qa.title')} · ${format.dateTime(evaluation.evaluatedAt)}`}
      tools={
        mayScore &&
        !isScoring && (
          <Button type="primary" onClick={() => setScoring(true)}>
            {t('qa.rescore')}
          </Button>
        )
      }
    >
      <p className="page-back">
        <Link to="/qa">← {t('qa.list')}</Link>
      </p>
      <div className="qa-columns">
        <div className="qa-side">
          <Details evaluation={evaluation} />
          {isScoring && <RescoreForm evaluation={evaluation} onDone={() => setScoring(false)} />}
          <CriteriaPanel criteria={evaluation.criteria} active={focus?.evidence} onShow={show} />
        </div>
        <Transcript messages={evaluation.messages} evidence={allEvidence} focus={focus} />
      </div>
    </Page>
  );
}

/** One evaluation: criteria with their evidence beside the conversation. */
export default function EvaluationPage() {
  const { id = '' } = useParams();
  const { data: evaluation, error, refetch } = useEvaluation(id);
  if (error && !evaluation) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!evaluation) return <LoadingFace />;
  return <EvaluationView evaluation={evaluation} />;
}
