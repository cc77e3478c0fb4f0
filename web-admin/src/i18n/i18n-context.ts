import { createContext, useContext } from 'react';
import type { Formats } from './format.ts';
import type { Locale } from './locale.ts';
import type { MessageParams } from './translate.ts';
import type { zh } from './zh.ts';

/** Name of a text in the catalogue. */
export type MessageKey = keyof typeof zh;

/** Texts and formats of the chosen language. */
export interface I18n {
  locale: Locale;
  setLocale(locale: Locale): void;
  /** The text of a key with its `{name}` places filled. */
  t(key: MessageKey, params?: MessageParams): string;
  /** The text of a key made at run time (`error.` + code); undefined when the catalogue has none. */
  tMaybe(key: string, params?: MessageParams): string | undefined;
  format: Formats;
}

export const I18nContext = createContext<I18n | undefined>(undefined);

/** Texts and formats; works inside `I18nProvider` only. */
export function useI18n(): I18n {
  const i18n = useContext(I18nContext);
  if (!i18n) throw new Error('useI18n outside I18nProvider');
  return i18n;
}
