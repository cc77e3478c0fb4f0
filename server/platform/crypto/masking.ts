import { normaliseIdNumber, normalisePhone } from './normalise.ts';

const SHORT_MASK = '****';
const CHINESE = /^\p{Script=Han}/u;

/**
 * A phone number for the screen: `138****5678`; other numbers keep up to three leading and the last four digits, short
 * ones less. Never more than 7 digits are shown.
 */
export function maskPhone(phone: string): string {
  const normalised = normalisePhone(phone);
  const sign = normalised.startsWith('+') ? '+' : '';
  return sign + keepEnds(sign === '' ? normalised : normalised.slice(1), 3, 4);
}

/** An identity number for the screen: region and the last four, `110101********1234`; other documents keep less. */
export function maskIdNumber(idNumber: string): string {
  const normalised = normaliseIdNumber(idNumber);
  const isResident = normalised.length === 18 || normalised.length === 15;
  const [head, tail] = isResident ? [6, 4] : [2, 2];
  if (normalised.length < head + tail + 2) return SHORT_MASK;
  const hidden = '*'.repeat(normalised.length - head - tail);
  return normalised.slice(0, head) + hidden + normalised.slice(-tail);
}

/** A card or account number for the screen: `6222****1234`, whatever its length. */
export function maskCard(card: string): string {
  return keepEnds(card.normalize('NFKC').replace(/\D/g, ''), 4, 4);
}

/**
 * A name for the screen. Chinese: the first and, from three characters on, the last character stay: 王*, 王*明, 欧**娜.
 * Other names keep the first letter of each word: `J*** S****`.
 */
export function maskName(name: string): string {
  const trimmed = name.normalize('NFKC').trim();
  if (trimmed === '') return '';
  if (!CHINESE.test(trimmed)) {
    return trimmed
      .split(/\s+/u)
      .map((word) => maskAfterFirst(word))
      .join(' ');
  }
  const characters = [...trimmed];
  if (characters.length <= 2) return maskAfterFirst(trimmed);
  return `${characters[0]}${'*'.repeat(characters.length - 2)}${characters.at(-1)}`;
}

/** A mail address for the screen: `z***@example.com`; a text without an at sign is hidden whole. */
export function maskEmail(email: string): string {
  const normalised = email.normalize('NFKC').trim();
  const at = normalised.lastIndexOf('@');
  if (at < 1) return '***';
  return `${[...normalised][0]}***${normalised.slice(at)}`;
}

/** Keeps both ends around four stars, and less of the ends when the text would show more than two thirds of itself. */
function keepEnds(text: string, head: number, tail: number): string {
  if (text === '') return '';
  if (text.length >= head + tail + 2) return text.slice(0, head) + SHORT_MASK + text.slice(-tail);
  return text.length >= 6 ? SHORT_MASK + text.slice(-2) : SHORT_MASK;
}

function maskAfterFirst(word: string): string {
  const characters = [...word];
  if (characters.length === 1) return '*';
  return `${characters[0]}${'*'.repeat(characters.length - 1)}`;
}

/** How values of a column are shown to everybody; `all` shows nothing of them. */
export type MaskName = 'name' | 'phone' | 'email' | 'id-number' | 'card' | 'all';

/** The masks by their names. */
export const MASKS: Readonly<Record<MaskName, (value: string) => string>> = {
  name: maskName,
  phone: maskPhone,
  email: maskEmail,
  'id-number': maskIdNumber,
  card: maskCard,
  all: () => SHORT_MASK,
};
