import { useI18n } from '../../i18n/index.ts';
import type { ArticleFilters } from './article-data.ts';

/** The filters in words, as an export names them. */
export function useFilterWords({ state, locale, category, q }: ArticleFilters): string[] {
  const { t } = useI18n();
  const named = (name: string, value: string) => t('export.filter_named', { name, value });
  return [
    ...(state ? [named(t('article.state'), t(`article.state.${state}`))] : []),
    ...(locale ? [named(t('article.locale'), t(`article.locale.${locale}`))] : []),
    ...(category ? [named(t('article.category'), category)] : []),
    ...(q ? [named(t('action.search'), q)] : []),
  ];
}
