/** Languages of the console; zh-CN is the first one. */
export const LOCALES = ['zh-CN', 'en'] as const;

export type Locale = (typeof LOCALES)[number];

const STORAGE_KEY = 'vaultdesk.locale';

/** Tells whether a text names a language of the console. */
export function isLocale(value: unknown): value is Locale {
  return LOCALES.some((locale) => locale === value);
}

/** The language before anybody signed in: the last choice on this device, else the browser's, else zh-CN. */
export function chooseInitialLocale(stored: string | null, browserLanguages: readonly string[]): Locale {
  if (isLocale(stored)) return stored;
  const first = browserLanguages[0]?.toLowerCase() ?? '';
  return first.startsWith('en') ? 'en' : 'zh-CN';
}

/** Reads the last choice on this device. Storage may be switched off by policy; then there is none. */
export function readStoredLocale(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

/** Keeps the choice on this device; a language is no personal data. Does nothing where storage is switched off. */
export function storeLocale(locale: Locale): void {
  try {
    localStorage.setItem(STORAGE_KEY, locale);
  } catch {
    return;
  }
}
