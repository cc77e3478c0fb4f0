import { Link } from 'react-router';
import type { ApiError } from '../../api/index.ts';
import { ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';

/** A refused write of an article; a wording that is taken leads to the article that has it. */
export function ArticleProblem({ error }: { error: ApiError }) {
  const { t } = useI18n();
  const other = error.details['articleId'];
  if (error.code !== 'article.question_taken') return <ProblemText error={error} />;
  return (
    <span>
      {t('article.problem_taken')}{' '}
      {typeof other === 'string' && <Link to={`/knowledge/${other}`}>{t('article.problem_open')}</Link>}
    </span>
  );
}
