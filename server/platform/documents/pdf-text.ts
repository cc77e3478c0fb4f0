import { breakLines } from './line-break.ts';
import type { PlainFont } from './font.ts';

/** A piece of a line: characters the font shows, or one that it can't. */
export type Piece = { kind: 'text'; text: string; actual?: string } | { kind: 'box'; codePoint: number };

/** Widths of the box that stands for a character the font lacks, in ems, by the length of its code. */
const BOX_EM = { short: 1.1, long: 1.5 } as const;
const TAB_EM = 2;

/**
 * What must be seen instead of obeyed: controls, invisible and direction-changing characters (a right-to-left
 * override turns `exe.fdp` into `pdf.exe`), lone surrogates, private use.
 */
const NEVER_DRAWN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/u;

/** Measures and cuts texts for one document. Characters that cannot be shown become boxes with their code. */
export class TextShaper {
  readonly #font: PlainFont;
  /** The first character of this document that a glyph was used for: the one that copying the text gives. */
  readonly #firstOf = new Map<number, number>();

  constructor(font: PlainFont) {
    this.#font = font;
  }

  /** Width in ems. */
  widthOf = (codePoint: number): number => {
    if (codePoint === 0x09) return TAB_EM * this.#spaceWidth();
    return this.#canDraw(codePoint)
      ? (this.#font.widthOf(codePoint) ?? 0)
      : BOX_EM[codePoint > 0xffff ? 'long' : 'short'];
  };

  /** Width of a line in ems. */
  lineWidth(line: string): number {
    let width = 0;
    for (const character of line) width += this.widthOf(character.codePointAt(0) ?? 0);
    return width;
  }

  /** Lines no wider than `width` points at a size in points. */
  lines(text: string, width: number, size: number): string[] {
    return breakLines(text, width / size, this.widthOf);
  }

  /** Cuts a line into what is drawn as text and what as boxes. */
  pieces(line: string): Piece[] {
    const pieces: Piece[] = [];
    for (const character of line.replaceAll('\t', '  ')) {
      const codePoint = character.codePointAt(0) ?? 0;
      const last = pieces.at(-1);
      if (!this.#canDraw(codePoint)) pieces.push({ kind: 'box', codePoint });
      else if (this.#isCopiedAsOther(codePoint))
        pieces.push({ kind: 'text', text: character, actual: character });
      else if (last?.kind === 'text' && last.actual === undefined) last.text += character;
      else pieces.push({ kind: 'text', text: character });
    }
    return pieces;
  }

  /** Width of a box in ems. */
  boxWidth(codePoint: number): number {
    return this.widthOf(codePoint);
  }

  #canDraw(codePoint: number): boolean {
    return !NEVER_DRAWN.test(String.fromCodePoint(codePoint)) && this.#font.glyphOf(codePoint) !== undefined;
  }

  /** Two characters may share a glyph (⼀ and 一); copied text would give the first one for both. */
  #isCopiedAsOther(codePoint: number): boolean {
    const glyph = this.#font.glyphOf(codePoint);
    if (glyph === undefined) return false;
    const first = this.#firstOf.get(glyph.id);
    if (first === undefined) this.#firstOf.set(glyph.id, codePoint);
    return first !== undefined && first !== codePoint;
  }

  #spaceWidth(): number {
    return this.#font.widthOf(0x20) ?? 0.25;
  }
}

/** The code of a character in a box: two rows of two or three digits. */
export function boxRows(codePoint: number): [string, string] {
  const code = codePoint
    .toString(16)
    .toUpperCase()
    .padStart(codePoint > 0xffff ? 6 : 4, '0');
  const half = code.length / 2;
  return [code.slice(0, half), code.slice(half)];
}
