import { useI18n } from '../i18n/index.ts';

/** Says on every page that this is an evaluation instance. */
export function EvaluationBanner({ isShown }: { isShown: boolean }) {
  const { t } = useI18n();
  return isShown ? (
    <aside className="evaluation-banner" aria-label={t('evaluation.label')}>
      {t('evaluation.banner')}
    </aside>
  ) : null;
}
