import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect } from 'react';
import { useApi, type ApiError } from '../api/index.ts';
import { useI18n } from '../i18n/index.ts';
import { tintOf } from './colour.ts';

/** A text in both languages. */
export interface Localised {
  zh: string;
  en: string;
}

/** How the installation calls itself and looks; anybody may know. */
export interface Appearance {
  name: Localised;
  primary: string;
  signInText: Localised | null;
  /** Base64 of a PNG. */
  logo: string | null;
}

/** What is shown until the server answered. */
const AS_SHIPPED: Appearance = {
  name: { zh: 'Vaultdesk', en: 'Vaultdesk' },
  primary: '#0958d9',
  signInText: null,
  logo: null,
};
/** A change of the brand is rare, and an answer that changed nothing costs one line. */
const POLL_MS = 60_000;
const SOFT_SHARE = 0.05;

/** Name, colour, logo, and sign-in text; asked for again every minute with the tag of the last answer. */
export function useAppearance(): Appearance {
  const api = useApi();
  const { data } = useQuery<Appearance, ApiError>({
    queryKey: ['appearance'],
    queryFn: ({ signal }) =>
      api.get<Appearance>('/appearance', { signal, isBackground: true, isRevalidated: true }),
    staleTime: POLL_MS,
    refetchInterval: POLL_MS,
  });
  return data ?? AS_SHIPPED;
}

/** The text in the reader's language. */
export function useLocalised(): (text: Localised) => string {
  const { locale } = useI18n();
  return (text) => (locale === 'zh-CN' ? text.zh : text.en);
}

/** What the product is called here. */
export function useProductName(): string {
  return useLocalised()(useAppearance().name);
}

/** Address of the logo for an image; undefined without one. */
export function logoUrl(logo: string | null): string | undefined {
  return logo === null ? undefined : `data:image/png;base64,${logo}`;
}

/** Gives our own elements the brand's colour. The dark theme keeps its own, which is light enough for dark grounds. */
export function useBrandColours(primary: string, theme: 'light' | 'dark'): void {
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    if (theme === 'dark' || primary === AS_SHIPPED.primary) {
      style.removeProperty('--accent');
      style.removeProperty('--accent-soft');
    } else {
      style.setProperty('--accent', primary);
      style.setProperty('--accent-soft', tintOf(primary, SOFT_SHARE));
    }
  }, [primary, theme]);
}
