import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { create, type Font } from 'fontkit';
import { builtFile, IS_RELEASE } from '../../kernel/index.ts';

/** Noto Sans SC Regular (SIL Open Font License 1.1): all of GB 2312, the ideographs of GB 18030 without Extension B. */
const FONT_FILE = '@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf';

function fontPath(): string {
  if (IS_RELEASE) return fileURLToPath(builtFile('server/fonts/NotoSansSC_400Regular.ttf'));
  return createRequire(import.meta.url).resolve(FONT_FILE);
}

interface Glyph {
  id: number;
  /** In units of the font, `unitsPerEm` to the em. */
  advanceWidth: number;
  codePoints: number[];
}

/**
 * A font that sets each character by itself: no ligature, no kerning, no reordering. What is drawn is then what was
 * written, in that order, and a width is the sum of the widths of its characters.
 */
export interface PlainFont {
  /** What pdfkit takes in place of a file. */
  source: Font;
  /** The glyph of a character; undefined when the font has none. */
  glyphOf(codePoint: number): Glyph | undefined;
  /** Width of a character in ems; undefined when the font has none. */
  widthOf(codePoint: number): number | undefined;
}

let loaded: PlainFont | undefined;

/** The one font of all documents: read at first use (10 MB), then kept. Safe to share between documents. */
export function plainFont(): PlainFont {
  loaded ??= wrap(create(readFileSync(fontPath())));
  return loaded;
}

/**
 * The glyph objects are our own: fontkit keeps one object per glyph, which remembers the first character that asked
 * for it in any document, and pdfkit writes that character into the table that text is copied by.
 */
function wrap(font: Font): PlainFont {
  const glyphs = new Map<number, Glyph | undefined>();
  const glyphOf = (codePoint: number) => {
    if (!glyphs.has(codePoint)) glyphs.set(codePoint, readGlyph(font, codePoint));
    return glyphs.get(codePoint);
  };
  const layout = (text: string) => {
    const run = Array.from(text, (character) => glyphOf(character.codePointAt(0) ?? 0) ?? NOTDEF);
    return {
      glyphs: run,
      positions: run.map(({ advanceWidth }) => ({
        xAdvance: advanceWidth,
        yAdvance: 0,
        xOffset: 0,
        yOffset: 0,
      })),
      advanceWidth: run.reduce((sum, glyph) => sum + glyph.advanceWidth, 0),
    };
  };
  return {
    source: Object.assign(Object.create(font) as Font, { layout }),
    glyphOf,
    widthOf(codePoint) {
      const glyph = glyphOf(codePoint);
      return glyph && glyph.advanceWidth / font.unitsPerEm;
    },
  };
}

const NOTDEF: Glyph = { id: 0, advanceWidth: 0, codePoints: [0xfffd] };

function readGlyph(font: Font, codePoint: number): Glyph | undefined {
  if (!font.hasGlyphForCodePoint(codePoint)) return undefined;
  const { id, advanceWidth } = font.glyphForCodePoint(codePoint);
  return { id, advanceWidth, codePoints: [codePoint] };
}
