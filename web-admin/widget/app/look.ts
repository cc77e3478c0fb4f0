import type { Localised, Look } from './server.ts';
import type { Language } from './texts.ts';

const COLOUR = /^#[0-9a-f]{6}$/;
const SHIPPED = '#0958d9';

/**
 * Draws the chat in the installation's colour. The sheet is constructed, so no policy stands in its way; on dark
 * screens links keep their light blue, since the colour need not be readable on dark.
 */
export function applyColour({ primary }: Look): void {
  if (primary === undefined || primary === SHIPPED || !COLOUR.test(primary)) return;
  if (!('adoptedStyleSheets' in document)) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    `:root{--mine:${primary};--mine-text:#fff}` +
      `@media(prefers-color-scheme:light){:root{--brand:${primary};--brand-text:#fff}}`,
  );
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/** A text in the customer's language. */
export function textIn(text: Localised | undefined, language: Language): string | undefined {
  return language === 'zh-CN' ? text?.zh : text?.en;
}
