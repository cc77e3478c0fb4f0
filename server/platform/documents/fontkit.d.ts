/** The part of fontkit that the PDF writer uses; the package ships no types. */
declare module 'fontkit' {
  export interface FontGlyph {
    id: number;
    advanceWidth: number;
    codePoints: number[];
  }
  export interface Font {
    unitsPerEm: number;
    hasGlyphForCodePoint(codePoint: number): boolean;
    glyphForCodePoint(codePoint: number): FontGlyph;
  }
  export function create(bytes: Uint8Array): Font;
}
