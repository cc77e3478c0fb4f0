import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { loadCatalogue, type Catalogue } from './catalogues.ts';
import { createFormats } from './format.ts';
import { I18nContext, type I18n } from './i18n-context.ts';
import { chooseInitialLocale, readStoredLocale, storeLocale, type Locale } from './locale.ts';
import { fillMessage, type MessageParams } from './translate.ts';

/** A language with its texts: one never changes without the other, so nothing is ever shown untranslated. */
export interface Texts {
  locale: Locale;
  catalogue: Catalogue;
}

/** Fetches the texts of the language to begin with; before the first page is drawn. */
export async function loadFirstTexts(): Promise<Texts> {
  const locale = chooseInitialLocale(readStoredLocale(), navigator.languages);
  return { locale, catalogue: await loadCatalogue(locale) };
}

/** Hands texts and formats to everything below and keeps `<html lang>` right for screen readers. */
export function I18nProvider({ first, children }: { first: Texts; children: ReactNode }) {
  const [{ locale, catalogue: texts }, setTexts] = useState(first);
  const wanted = useRef(first.locale);
  const setLocale = useCallback((next: Locale) => {
    storeLocale(next);
    wanted.current = next;
    // Without an answer the old language stays; the page says by itself that the server is away.
    void loadCatalogue(next).then(
      (catalogue) => wanted.current === next && setTexts({ locale: next, catalogue }),
      () => undefined,
    );
  }, []);
  useEffect(() => {
    document.documentElement.lang = locale;
    // Ant Design's date pickers take month and weekday names from dayjs.
    dayjs.locale(locale === 'zh-CN' ? 'zh-cn' : 'en');
  }, [locale]);
  const i18n = useMemo<I18n>(() => {
    const catalogue: Record<string, string> = texts;
    const tMaybe = (key: string, params?: MessageParams) => {
      const message = Object.hasOwn(catalogue, key) ? catalogue[key] : undefined;
      return message === undefined ? undefined : fillMessage(message, params);
    };
    return {
      locale,
      setLocale,
      t: (key, params) => tMaybe(key, params) ?? key,
      tMaybe,
      format: createFormats(locale),
    };
  }, [locale, texts, setLocale]);
  return <I18nContext.Provider value={i18n}>{children}</I18nContext.Provider>;
}
