/// <reference types="vite/client" />
import type { Locale } from '../../i18n/index.ts';
import { makeGuide, type Guide } from './guide.ts';

const FILES = import.meta.glob<string>('../../../../docs/guides/*.md', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** The guides that were built in, in one language, by name. */
export function listGuides(locale: Locale): Guide[] {
  return Object.entries(FILES)
    .map(([path, text]) => makeGuide(path.replace(/^.*\/|\.md$/g, ''), text, locale))
    .sort((a, b) => a.name.localeCompare(b.name));
}
