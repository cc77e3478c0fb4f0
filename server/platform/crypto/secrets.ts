/** What stands in the place of a password or code; its length says nothing of the secret's. */
export const SECRET_MASK = '******';

const NAMES = [
  '密码',
  '口令',
  '验证码',
  '校验码',
  '动态码',
  '安全码',
  'cvv2?',
  'cvc2?',
  'pin',
  'otp',
  'password',
  'passwd',
  'passcode',
  '(?:verification|security|one[- ]time) code',
].join('|');
/** A name, what links it to a value, and the value: after a link anything with a digit, without one digits alone. */
const NAMED = new RegExp(
  `(?<![a-z])(?:${NAMES})(?:(?:\\s{0,3}(?:[是为:：=]|is)\\s{0,3})([\\x21-\\x7e０-９]{3,64})|\\s{0,3}([0-9０-９]{3,8})(?![0-9０-９]))`,
  'giu',
);
/** The other way round: 482913 是验证码. */
const BEFORE = new RegExp(
  `([0-9０-９]{3,8})\\s{0,3}(?:是|为|is)(?:我的|the|my|\\s){0,3}(?:${NAMES})(?![a-z])`,
  'giu',
);
/** Part of every name above. Most messages hold none, and this is told ten times as fast. */
const HINT = /码|口令|cv[vc]|pin|otp|pa[sſ]|code/i;
const HAS_DIGIT = /[0-9０-９]/;
const TRAILING = /[.,;?)\]}'"]+$/;

/**
 * The text without passwords and codes (class C3), which are never stored: a value named as one (密码是…, CVV 123,
 * one-time code: …) is replaced. What is only talked about stays. Linear in the text; the same text gives the same.
 */
export function withoutSecrets(text: string): string {
  if (!HINT.test(text)) return text;
  const hide = (match: string, linked: string | undefined, bare: string | undefined) => {
    const value = (linked ?? bare ?? '').replace(TRAILING, '');
    if (!HAS_DIGIT.test(value)) return match;
    const at = match.lastIndexOf(value);
    return match.slice(0, at) + SECRET_MASK + match.slice(at + value.length);
  };
  return text
    .replace(NAMED, hide)
    .replace(BEFORE, (match, value: string) => SECRET_MASK + match.slice(value.length));
}
