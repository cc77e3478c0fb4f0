/** RFC 5321 §4.5.3.1: local part and domain have these lengths at most; they bound the look back and ahead. */
const LOCAL_MAX = 64;
const DOMAIN_MAX = 255;
const LOCAL_CHARACTER = /^[0-9A-Za-z.!#$%&'*+/=?^_{|}~-]$/;
const DOMAIN_CHARACTER = /^[0-9A-Za-z.-]$/;
const TOP_LEVEL = /^(?:[A-Za-z]{2,}|xn--[0-9A-Za-z-]+)$/;

/** Where a mail address stands in a text, in UTF-16 units. */
export interface EmailSpan {
  start: number;
  end: number;
}

/** Finds mail addresses around at signs (also ＠). Each character is looked at twice at most, so it is linear. */
export function findEmails(text: string): EmailSpan[] {
  const spans: EmailSpan[] = [];
  let floor = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character !== '@' && character !== '＠') continue;
    const start = localStart(text, at, floor);
    const end = domainEnd(text, at);
    if (start < at && end > at) {
      spans.push({ start, end });
      floor = end;
      at = end - 1;
    } else floor = at + 1;
  }
  return spans;
}

function localStart(text: string, at: number, floor: number): number {
  let start = at;
  const limit = Math.max(floor, at - LOCAL_MAX);
  while (start > limit && LOCAL_CHARACTER.test(text[start - 1] ?? '')) start -= 1;
  while (start < at && text[start] === '.') start += 1;
  return start;
}

/** The end of the domain after an at sign, or the at sign's place when no domain with a dot follows. */
function domainEnd(text: string, at: number): number {
  let end = at + 1;
  const limit = Math.min(text.length, at + 1 + DOMAIN_MAX);
  while (end < limit && DOMAIN_CHARACTER.test(text[end] ?? '')) end += 1;
  while (end > at + 1 && '.-'.includes(text[end - 1] ?? '')) end -= 1;
  const labels = text.slice(at + 1, end).split('.');
  const isDomain = labels.length >= 2 && labels.every((label) => label !== '');
  return isDomain && TOP_LEVEL.test(labels.at(-1) ?? '') ? end : at;
}
