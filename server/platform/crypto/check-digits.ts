/** Weights of the check character of a resident identity number (GB 11643-1999, from ISO 7064 MOD 11-2). */
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS = '10X98765432';
/** First two digits of region codes in use (GB/T 2260), with Taiwan, Hong Kong, Macao and residents from abroad. */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91'.split(
    ' ',
  ),
);
const ID_LENGTH = 18;
const OLD_ID_LENGTH = 15;
const CARD_DIGITS_MIN = 13;
const CARD_DIGITS_MAX = 19;

/** Tells whether digits are a card number: 13 to 19 digits, an issuer's first digits, and the Luhn sum (ISO/IEC 7812-1). */
export function isCardNumber(digits: string): boolean {
  if (digits.length < CARD_DIGITS_MIN || digits.length > CARD_DIGITS_MAX) return false;
  return isIssuerPrefix(digits) && hasLuhnSum(digits);
}

/** Tells whether 18 characters are a resident identity number: region, calendar date, check character. */
export function isIdNumber(text: string): boolean {
  if (text.length !== ID_LENGTH || !PROVINCES.has(text.slice(0, 2))) return false;
  if (!isDate(text.slice(6, 14))) return false;
  let sum = 0;
  for (let i = 0; i < ID_WEIGHTS.length; i += 1) sum += (ID_WEIGHTS[i] ?? 0) * Number(text[i]);
  return ID_CHECKS[sum % 11] === text[17];
}

/** Tells whether 15 digits may be an identity number issued before 1999; it has no check character. */
export function isOldIdNumber(digits: string): boolean {
  if (digits.length !== OLD_ID_LENGTH || !PROVINCES.has(digits.slice(0, 2))) return false;
  return isDate(`19${digits.slice(6, 12)}`);
}

function hasLuhnSum(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Card issuers use 3 to 6, 22 to 27, and 9 for domestic cards; instants and order numbers begin otherwise. */
function isIssuerPrefix(digits: string): boolean {
  const first = digits[0] ?? '';
  if (first === '2') return digits[1] !== undefined && digits[1] >= '2' && digits[1] <= '7';
  return '34569'.includes(first) && first !== '';
}

function isDate(yyyymmdd: string): boolean {
  const year = Number(yyyymmdd.slice(0, 4));
  const month = Number(yyyymmdd.slice(4, 6));
  const day = Number(yyyymmdd.slice(6, 8));
  if (year < 1850 || year > 2200 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
