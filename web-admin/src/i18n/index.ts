export { I18nProvider, loadFirstTexts, type Texts } from './i18n-provider.tsx';
export { useI18n, type I18n, type MessageKey } from './i18n-context.ts';
export { LOCALES, type Locale } from './locale.ts';
export type { MessageParams } from './translate.ts';
