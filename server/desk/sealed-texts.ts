import type { Cell, Crypto } from '../platform/crypto/index.ts';

/** A sealed value and its place, or nothing where the column is NULL. */
export interface SealedText {
  cell: Cell;
  envelope: Buffer | null;
}

/**
 * Opens a screen's worth of sealed texts in one go, in their order. A NULL and a value that can no longer be read
 * (its requester was erased) both give null, so one lost value never hides its neighbours.
 */
export async function openTexts(crypto: Crypto, items: readonly SealedText[]): Promise<(string | null)[]> {
  const present = items.flatMap(({ cell, envelope }, index) =>
    envelope === null ? [] : [{ cell, envelope, index }],
  );
  const opened = await crypto.openMany(present);
  const texts: (string | null)[] = items.map(() => null);
  opened.forEach((result, position) => {
    const index = present[position]?.index;
    if (result.ok && index !== undefined) texts[index] = result.text;
  });
  return texts;
}

/** Marks what is shown when a text that is always there cannot be read: damaged, or of an erased person. */
export function unreadableMark(text: string | null | undefined): { isUnreadable?: true } {
  return text === null || text === undefined ? { isUnreadable: true } : {};
}
