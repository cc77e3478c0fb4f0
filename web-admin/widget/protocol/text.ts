const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/**
 * Makes a text one the server takes: no NUL, no half of a surrogate pair (pasting and cutting produce both), no
 * white space at the ends. May return the empty text, which is not worth sending.
 */
export function cleanText(text: string): string {
  let clean = '';
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (isHigh(unit) && isLow(text.charCodeAt(i + 1))) {
      clean += text.slice(i, i + 2);
      i += 1;
    } else if (unit !== 0 && !isHigh(unit) && !isLow(unit)) {
      clean += text[i];
    }
  }
  return clean.trim();
}
