import { useI18n } from '../../i18n/index.ts';
import type { ArticleItem, ArticleVersion } from './article-data.ts';

/** State of an article in words with a coloured mark. */
export function ArticleStateMark({ state }: { state: string }) {
  const { tMaybe } = useI18n();
  return <span className={`state-mark article-${state}`}>{tMaybe(`article.state.${state}`) ?? state}</span>;
}

/** State of a version: one that was replaced or taken off says so, whatever became of the article. */
export function VersionStateMark({ state }: { state: string }) {
  return <ArticleStateMark state={state === 'retired' ? 'ended' : state} />;
}

/** Says of an article that wrong answers would be costly. */
export function RiskMark({ riskLevel }: Pick<ArticleVersion, 'riskLevel'>) {
  const { t } = useI18n();
  return riskLevel === 'high' ? <span className="risk-mark">{t('article.risk_mark')}</span> : null;
}

/** When an article holds, in words. */
export function useValidityText(): (row: Pick<ArticleItem, 'validFrom' | 'validTo'>) => string {
  const { t, format } = useI18n();
  return ({ validFrom, validTo }) => {
    if (validFrom && validTo) {
      return t('article.valid_between', {
        from: format.dateTime(validFrom),
        to: format.dateTime(validTo),
      });
    }
    if (validFrom) return t('article.valid_since', { from: format.dateTime(validFrom) });
    if (validTo) return t('article.valid_until', { to: format.dateTime(validTo) });
    return t('article.valid_always');
  };
}
