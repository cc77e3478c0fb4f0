import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { en } from './en.ts';
import { createFormats } from './format.ts';
import { I18nContext, type I18n, type MessageKey } from './i18n-context.ts';
import { chooseInitialLocale, readStoredLocale, storeLocale, type Locale } from './locale.ts';
import { fillMessage, type MessageParams } from './translate.ts';
import { zh } from './zh.ts';

const CATALOGUES: Record<Locale, Record<MessageKey, string>> = { 'zh-CN': zh, en };

/** Hands texts and formats to everything below and keeps `<html lang>` right for screen readers. */
export function I18nProvider({ children }: { children: ReactNode }) {
  const [locale, setState] = useState<Locale>(() =>
    chooseInitialLocale(readStoredLocale(), navigator.languages),
  );
  const setLocale = useCallback((next: Locale) => {
    storeLocale(next);
    setState(next);
  }, []);
  useEffect(() => {
    document.documentElement.lang = locale;
    // Ant Design's date pickers take month and weekday names from dayjs.
    dayjs.locale(locale === 'zh-CN' ? 'zh-cn' : 'en');
  }, [locale]);
  const i18n = useMemo<I18n>(() => {
    const catalogue: Record<string, string> = CATALOGUES[locale];
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
  }, [locale, setLocale]);
  return <I18nContext.Provider value={i18n}>{children}</I18nContext.Provider>;
}
