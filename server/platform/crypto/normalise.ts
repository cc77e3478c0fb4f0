/** What a mobile number of mainland China looks like once separators and prefixes are off (YD/T, 11 digits). */
const MOBILE = /^1[3-9]\d{9}$/;
const COUNTRY_PREFIXES = ['+86', '0086', '86', '0'];
const DOTS_IN_NAMES = /[·•‧・･∙.]/gu;

/**
 * A phone number as it is indexed: NFKC (full-width digits become narrow), separators off; +86, 0086, 86 and the trunk
 * zero off mobile numbers of mainland China; a foreign number as `+` and digits. Returns '' when nothing is left.
 */
export function normalisePhone(text: string): string {
  const narrow = text.normalize('NFKC').trim();
  const digits = narrow.replace(/\D/g, '');
  if (digits === '') return '';
  const international = narrow.startsWith('+') || narrow.startsWith('(+') ? `+${digits}` : digits;
  for (const prefix of COUNTRY_PREFIXES) {
    const rest = international.slice(prefix.length);
    if (international.startsWith(prefix) && MOBILE.test(rest)) return rest;
  }
  if (international.startsWith('+86')) return `0${international.slice(3).replace(/^0/, '')}`;
  if (digits.startsWith('0086')) return `0${digits.slice(4).replace(/^0/, '')}`;
  if (!international.startsWith('+') && digits.startsWith('00')) return `+${digits.slice(2)}`;
  return international;
}

/** An identity number as it is indexed: NFKC, without blanks and dashes, the check letter X upper-case. */
export function normaliseIdNumber(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[^0-9a-z]/gi, '')
    .toUpperCase();
}

/** A card or account number as it is indexed: its digits. */
export function normaliseCard(text: string): string {
  return text.normalize('NFKC').replace(/\D/g, '');
}

/** A name as it is indexed: NFKC, lower case, without blanks, the dots of minority and foreign names as one form. */
export function normaliseName(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, '').replace(DOTS_IN_NAMES, '·');
}

/** A mail address as it is indexed: NFKC, lower case, without blanks around. */
export function normaliseEmail(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}

/** The first character of a normalised name, for a prefix index: the surname of most people. */
export function firstOf(normalised: string): string | undefined {
  const [first] = normalised;
  return first;
}

/** The last four characters of a normalised value, for a last-four index; undefined when it is shorter. */
export function lastFour(normalised: string): string | undefined {
  return normalised.length < 4 ? undefined : normalised.slice(-4);
}
