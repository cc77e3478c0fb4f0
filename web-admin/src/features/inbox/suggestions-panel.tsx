import { Button } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import type { Help, Suggestion } from './inbox-data.ts';

/** An approved opening for a customer who is upset; taken into the composer like an answer. */
function Opening(props: { opening: NonNullable<Help['opening']>; onUse: (suggestion: Suggestion) => void }) {
  const { t } = useI18n();
  const { articleId, text } = props.opening;
  const asSuggestion = { articleId, articleVersion: 0, question: '', answer: text, score: 1 };
  return (
    <div className="suggestion-opening" role="note">
      <h3>{t('suggest.opening')}</h3>
      <p className="keep-lines">{text}</p>
      <div className="suggestion-foot">
        <Button size="small" onClick={() => props.onUse(asSuggestion)}>
          {t('suggest.use')}
        </Button>
      </div>
    </div>
  );
}

/** Answers the robot would give to the last question, with one click into the composer. */
export function SuggestionsPanel(props: {
  suggestions: readonly Suggestion[];
  opening: Help['opening'];
  onUse: (suggestion: Suggestion) => void;
  onIgnore: (suggestion: Suggestion) => void;
  onPropose: (suggestion: Suggestion) => void;
}) {
  const { t, format } = useI18n();
  const { suggestions, opening, onUse, onIgnore, onPropose } = props;
  return (
    <section className="side-section" aria-label={t('suggest.title')}>
      <h2>{t('suggest.title')}</h2>
      {opening && <Opening opening={opening} onUse={onUse} />}
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
              <Button
                size="small"
                type="text"
                title={t('suggest.propose_hint')}
                onClick={() => onPropose(suggestion)}
              >
                {t('suggest.propose')}
              </Button>
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
