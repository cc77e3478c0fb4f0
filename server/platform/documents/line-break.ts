/** Width of one character in the unit of the line, by its code point. */
export type WidthOf = (codePoint: number) => number;

/** Must not begin a line: closing marks, and what belongs to the character before (GB/T 15834, JIS X 4051). */
const NO_START = new Set(
  '，。、；：？！）】》」』〉〕］｝〗〙”’…—～·・％‰℃°々ー〻ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.;:?!)]}%»›',
);
/** Must not end a line: opening marks and signs of currency. */
const NO_END = new Set('（【《「『〈〔［｛〖〘“‘([{«‹￥¥$＄£€#＃@＠');
/** Scripts that may be parted between any two characters. */
const IDEOGRAPHIC =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uff60]/u;
const MARK = /[\p{M}\u200d]/u;

/**
 * Cuts a text into lines no wider than `max`, at the places where Chinese and Latin may be cut; line ends in the text
 * are kept as such. Spaces at a cut are left out, nothing else is. A word wider than a line is cut anywhere between
 * two characters; a single character wider than the line stands alone on it. Linear in the text.
 */
export function breakLines(text: string, max: number, widthOf: WidthOf): string[] {
  return text
    .split(/\r\n|[\n\r\u2028\u2029\u0085\u000b\u000c]/u)
    .flatMap((line) => breakOne(line, max, widthOf));
}

function breakOne(text: string, max: number, widthOf: WidthOf): string[] {
  const characters = Array.from(text);
  const lines: string[] = [];
  let start = 0;
  let width = 0;
  /** The last place where this line may end; 0 when there is none yet. */
  let cut = 0;
  let index = 0;
  while (index < characters.length) {
    const character = characters[index] as string;
    if (index > start && mayCut(characters[index - 1] as string, character)) cut = index;
    const advance = widthOf(character.codePointAt(0) ?? 0);
    const isHanging = character === ' ';
    if (width + advance <= max || index === start || isHanging) {
      width += advance;
      index += 1;
      continue;
    }
    const end = cut > start ? cut : index;
    lines.push(characters.slice(start, end).join('').trimEnd());
    start = skipSpaces(characters, end);
    index = start;
    width = 0;
    cut = 0;
  }
  lines.push(characters.slice(start).join('').trimEnd());
  return lines;
}

function skipSpaces(characters: readonly string[], from: number): number {
  let index = from;
  while (characters[index] === ' ') index += 1;
  return index;
}

function mayCut(before: string, after: string): boolean {
  if (after === ' ' || MARK.test(after) || before === '\u200d') return false;
  if (NO_START.has(after) || NO_END.has(before)) return false;
  if (before === ' ' || before === '-' || before === '/') return true;
  return IDEOGRAPHIC.test(before) || IDEOGRAPHIC.test(after);
}
