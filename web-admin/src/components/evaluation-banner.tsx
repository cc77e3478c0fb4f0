import { useI18n } from '../i18n/index.ts';

/** Says on every page that this is an evaluation instance. */
export function EvaluationBanner({ isShown }: { isShown: boolean }) {
  const { t } = useI18n();
  return isShown ? (
    <div className="evaluation-banner" role="note">
      {t('evaluation.banner')}
    </div>
  ) : null;
}
