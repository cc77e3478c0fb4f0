import type { MessageKey } from './i18n-context.ts';
import type { Locale } from './locale.ts';

/** The texts of one language. */
export type Catalogue = Readonly<Record<MessageKey, string>>;

const LOADERS: Record<Locale, () => Promise<Catalogue>> = {
  'zh-CN': async () => (await import('./zh.ts')).zh,
  en: async () => (await import('./en.ts')).en,
};

/** Fetches the texts of a language, once; rejects when the server cannot be reached. */
export function loadCatalogue(locale: Locale): Promise<Catalogue> {
  return LOADERS[locale]();
}
