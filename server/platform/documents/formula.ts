/**
 * What begins a formula in the usual spreadsheets, or begins one after the reader has trimmed it: the operators, their
 * full-width forms, tab, CR, and LF (OWASP, "CSV Injection").
 */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/u;
/** Blanks and invisible characters that a reader may skip before it looks. */
const LEADING_BLANKS = /^[\p{Z}\p{Cf}\p{Cc}]+/u;
/** A sign is part of a number; `+8613800138000` and `-12.5` do no harm and stay as they are. */
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** Whether a spreadsheet might take a text for a formula. */
export function looksLikeFormula(text: string): boolean {
  if (NUMBER.test(text)) return false;
  return FORMULA_START.test(text) || FORMULA_START.test(text.replace(LEADING_BLANKS, ''));
}

/** Puts an apostrophe before what might be taken for a formula; the text behind it is unchanged. */
export function guardFormula(text: string): string {
  return looksLikeFormula(text) ? `'${text}` : text;
}
