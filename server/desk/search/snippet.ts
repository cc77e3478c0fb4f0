import { normaliseSearchText } from '../../platform/crypto/index.ts';

/** Characters shown before the place that matches, and in all. */
export const SNIPPET_CHARACTERS = { before: 20, total: 80 } as const;

/** The words around the first place where a piece of the query stands; the beginning where masking has hidden it. */
export function snippetOf(shown: string, query: string): string {
  const characters = [...shown.replaceAll(/\s+/gu, ' ').trim()];
  const pieces = normaliseSearchText(query)
    .split(/\s+/u)
    .filter((piece) => piece !== '');
  // Normalised one by one, so that positions stay those of the text.
  const normalised = characters.map((character) => normaliseSearchText(character));
  const at = normalised.findIndex((_, index) =>
    pieces.some((piece) =>
      normalised
        .slice(index, index + piece.length)
        .join('')
        .startsWith(piece),
    ),
  );
  const start = at <= SNIPPET_CHARACTERS.before ? 0 : at - SNIPPET_CHARACTERS.before;
  const end = start + SNIPPET_CHARACTERS.total;
  const cut = characters.slice(start, end).join('');
  return `${start > 0 ? '…' : ''}${cut}${end < characters.length ? '…' : ''}`;
}
