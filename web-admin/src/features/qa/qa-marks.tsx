import { useI18n } from '../../i18n/index.ts';
import type { EvaluatedCriterion, EvaluationItem } from './qa-data.ts';

/** Scores from here on are good, below the second limit bad; the number is always shown as well. */
const SCORE_GOOD = 90;
const SCORE_BAD = 60;

/** A score of 0 to 100 with its weight in colour; none when nothing could be scored. */
export function ScoreMark({ score }: { score: number | null }) {
  const { t } = useI18n();
  if (score === null) return <span className="soft">{t('qa.score_none')}</span>;
  const grade = score >= SCORE_GOOD ? 'good' : score < SCORE_BAD ? 'bad' : 'fair';
  return <span className={`score-mark score-${grade}`}>{score}</span>;
}

/** Says that a fatal criterion was missed. */
export function FatalMark({ isFatal }: Pick<EvaluationItem, 'isFatal'>) {
  const { t } = useI18n();
  return isFatal ? <span className="fatal-mark">⚠ {t('qa.fatal')}</span> : null;
}

/** Whether a criterion was met, in words and a sign. */
export function MetMark({ criterion }: { criterion: EvaluatedCriterion }) {
  const { t } = useI18n();
  if (criterion.isMet === null) return null;
  return (
    <span className={criterion.isMet ? 'met-mark is-met' : 'met-mark is-missed'}>
      <span aria-hidden="true">{criterion.isMet ? '✓' : '✗'}</span>{' '}
      {t(criterion.isMet ? 'qa.met' : 'qa.missed')}
    </span>
  );
}

/** Points of a criterion in words. */
export function usePointsText(): (criterion: EvaluatedCriterion) => string {
  const { t } = useI18n();
  return ({ points, pointsMax, kind }) => {
    if (points !== null) return t('qa.points', { points, max: pointsMax });
    return kind === 'manual' ? t('qa.points_open', { max: pointsMax }) : t('qa.points_not_applicable');
  };
}
