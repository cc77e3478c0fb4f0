import { Button } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import type { Suggestion } from './inbox-data.ts';

/** Answers the robot would give to the last question, with one click into the composer. */
export function SuggestionsPanel(props: {
  suggestions: readonly Suggestion[];
  onUse: (suggestion: Suggestion) => void;
  onIgnore: (suggestion: Suggestion) => void;
}) {
  const { t, format } = useI18n();
  const { suggestions, onUse, onIgnore } = props;
  return (
    <section className="side-section" aria-label={t('suggest.title')}>
      <h2>{t('suggest.title')}</h2>
      {suggestions.length === 0 && <p className="soft">{t('suggest.empty')}</p>}
      <ol className="suggestions">
        {suggestions.map((suggestion, index) => (
          <li key={suggestion.articleId}>
            <h3>{suggestion.question}</h3>
            <p className="keep-lines">{suggestion.answer}</p>
            <div className="suggestion-foot">
              <span className="soft">
                {t('suggest.score', { percent: format.percent(suggestion.score, 0) })}
              </span>
              <Button size="small" type="text" onClick={() => onIgnore(suggestion)}>
                {t('suggest.ignore')}
              </Button>
              <Button size="small" onClick={() => onUse(suggestion)} title={`Alt+${index + 1}`}>
                {t('suggest.use')}
              </Button>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
