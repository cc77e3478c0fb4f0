/** @jsxImportSource preact */
import { useContext, useState } from 'preact/hooks';
import { LanguageContext } from './context.ts';
import type { Actions } from './store.ts';

const SCORES = [1, 2, 3, 4, 5] as const;
const COMMENT_CHARACTERS_MAX = 1_000;

/** What a closed conversation offers: a rating, once and where the installation asks for it, and a new conversation. */
export function Ending(props: { isRated: boolean; isAsked: boolean; actions: Actions }) {
  const { isRated, isAsked, actions } = props;
  const { t } = useContext(LanguageContext);
  return (
    <section class="ending" aria-label={t('closed')}>
      <p class="closed" role="status">
        {t(isRated ? 'thanks' : 'closed')}
      </p>
      {!isRated && isAsked && <Rating actions={actions} />}
      <button type="button" class={isRated ? 'primary' : 'secondary'} onClick={actions.restart}>
        {t('restart')}
      </button>
    </section>
  );
}

function Rating({ actions }: { actions: Actions }) {
  const { t } = useContext(LanguageContext);
  const [score, setScore] = useState(0);
  const [comment, setComment] = useState('');
  const [phase, setPhase] = useState<'open' | 'sending' | 'failed'>('open');

  const handleSubmit = (event: Event) => {
    event.preventDefault();
    if (score === 0 || phase === 'sending') return;
    setPhase('sending');
    void actions.rate(score, comment).then((isTaken) => {
      if (!isTaken) setPhase('failed');
    });
  };

  return (
    <form onSubmit={handleSubmit}>
      <fieldset>
        <legend>{t('rate')}</legend>
        <div class="scores">
          {SCORES.map((value) => (
            <label key={value} class={score === value ? 'chosen' : undefined}>
              <input
                type="radio"
                name="score"
                value={value}
                checked={score === value}
                onChange={() => setScore(value)}
              />
              <span class="star" aria-hidden="true">
                {value <= score ? '★' : '☆'}
              </span>
              <span class="word">{t(`score${value}`)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <textarea
        rows={2}
        maxLength={COMMENT_CHARACTERS_MAX}
        aria-label={t('comment')}
        placeholder={t('comment')}
        value={comment}
        onInput={(event) => setComment(event.currentTarget.value)}
      />
      {phase === 'failed' && (
        <p class="failure" role="alert">
          {t('rateFailed')}
        </p>
      )}
      <button type="submit" class="primary" disabled={score === 0 || phase === 'sending'}>
        {t('submit')}
      </button>
    </form>
  );
}
