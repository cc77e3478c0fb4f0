import { Link } from 'react-router';
import { useCan } from '../../auth/index.ts';
import { Meter } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import type { BenchEntry, RobotOutcome, TestAnswer } from './robot-data.ts';

const OUTCOME_SIGNS: Record<RobotOutcome, string> = { answer: '✓', clarify: '?', handoff: '→' };

/** What the robot decided: a sign, words, and a colour. */
export function OutcomeMark({ outcome }: { outcome: RobotOutcome }) {
  const { t } = useI18n();
  return (
    <span className={`outcome-mark outcome-${outcome}`}>
      <span aria-hidden="true">{OUTCOME_SIGNS[outcome]}</span> {t(`robot.outcome.${outcome}`)}
    </span>
  );
}

function ArticleLink({ id, text }: { id: string; text: string }) {
  const canOpen = useCan()('knowledge:read');
  return canOpen ? <Link to={`/knowledge/${id}`}>{text}</Link> : <span>{text}</span>;
}

function Candidates({ answer }: { answer: TestAnswer }) {
  const { t } = useI18n();
  if (answer.candidates.length === 0) return <p className="soft">{t('robot.candidates_none')}</p>;
  return (
    <ol className="candidate-list">
      {answer.candidates.map(({ id, question, score }) => (
        <li key={id}>
          <ArticleLink id={id} text={question || t('robot.open_article')} />
          <Meter ratio={score} label={`${t('robot.candidate_score')}: ${question ?? ''}`} />
        </li>
      ))}
    </ol>
  );
}

function Explanation({ answer }: { answer: TestAnswer }) {
  const { t, tMaybe, format } = useI18n();
  const { nearest, features, thresholds } = answer.explanation;
  const reason = answer.reason && (tMaybe(`robot.reason.${answer.reason}`) ?? answer.reason);
  const names = Object.keys(features);
  return (
    <>
      <h3>{t('robot.why')}</h3>
      {reason && <p>{reason}</p>}
      {thresholds && (
        <p className="soft">
          {t('robot.threshold_answer')} {format.percent(thresholds.answer)} · {t('robot.threshold_clarify')}{' '}
          {format.percent(thresholds.clarify)}
        </p>
      )}
      <h3>{t('robot.nearest')}</h3>
      {nearest ? (
        <div className="nearest">
          <q>{nearest.question}</q>
          <Meter ratio={nearest.similarity} label={t('robot.similarity')} />
        </div>
      ) : (
        <p className="soft">{t('robot.nearest_none')}</p>
      )}
      {names.length > 0 && (
        <details>
          <summary>{t('robot.features')}</summary>
          <p className="soft">{t('robot.features_hint')}</p>
          <table className="small-table">
            <thead>
              <tr>
                <th scope="col">{t('robot.feature')}</th>
                <th scope="col">{t('robot.feature_value')}</th>
              </tr>
            </thead>
            <tbody>
              {names.map((name) => (
                <tr key={name}>
                  <th scope="row">{tMaybe(`robot.feature.${name}`) ?? name}</th>
                  <td>{format.number(features[name] ?? 0, 3)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </>
  );
}

/** Everything about one tried question. */
export function BenchResult({ entry }: { entry: BenchEntry }) {
  const { t, tMaybe, format } = useI18n();
  const { answer } = entry;
  const { thresholds } = answer.explanation;
  const marks = thresholds
    ? [
        { at: thresholds.answer, label: t('robot.threshold_answer') },
        { at: thresholds.clarify, label: t('robot.threshold_clarify') },
      ]
    : [];
  const language = answer.lang && (tMaybe(`robot.locale.${answer.lang}`) ?? answer.lang);
  return (
    <section className="bench-result" aria-label={t('robot.bench_result')}>
      <p className="bench-question">
        <q>{entry.text}</q>
      </p>
      <div className="bench-head">
        <OutcomeMark outcome={answer.outcome} />
        <span className="bench-confidence">
          {t('robot.confidence')}{' '}
          <Meter ratio={answer.confidence} label={t('robot.confidence')} marks={marks} />
        </span>
        <span className="soft">
          {language && `${t('robot.read_as', { locale: language })} · `}
          {t('robot.took', { ms: format.number(answer.ms, 1) })}
        </span>
      </div>
      {answer.answer && (
        <>
          <h3>
            {t('robot.answer')}
            {answer.articleVersion !== undefined &&
              ` · ${t('robot.answer_version', { version: answer.articleVersion })}`}
          </h3>
          <p className="keep-lines bench-answer">{answer.answer}</p>
          {answer.articleId && (
            <p>
              <ArticleLink id={answer.articleId} text={t('robot.open_article')} />
            </p>
          )}
        </>
      )}
      <div className="bench-columns">
        <div>
          <h3>{t('robot.candidates')}</h3>
          <Candidates answer={answer} />
        </div>
        <div>
          <Explanation answer={answer} />
        </div>
      </div>
    </section>
  );
}
