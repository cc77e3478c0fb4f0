import { RE2JS } from 're2js';
import { AppError } from '../../kernel/index.ts';
import {
  lastFour,
  MASKS,
  maskText,
  normaliseCard,
  normaliseEmail,
  normaliseIdNumber,
  normaliseName,
  normalisePhone,
} from '../../platform/crypto/index.ts';
import { FIELD_LIMITS, type Field, type FieldMask } from './field.section.ts';

/** A value as programs give and get it: text, number, `YYYY-MM-DD`, key of a choice, keys of choices, yes or no. */
export type FieldValue = string | number | boolean | string[];
/** Values by key; null takes one away. */
export type FieldValues = Record<string, FieldValue | null>;

/** Numbers are kept with four decimals, as an integer that both databases compare exactly. */
const NUMBER_SCALE = 10_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const SEARCHABLE: ReadonlySet<string> = new Set(['text', 'number', 'date']);

const NORMALISERS: Record<FieldMask, (value: string) => string> = {
  phone: normalisePhone,
  email: normaliseEmail,
  'id-number': normaliseIdNumber,
  card: normaliseCard,
  name: normaliseName,
  all: (value) => value.normalize('NFKC').trim(),
};

/** Whether values are sealed. Free text always is: nobody can promise that no phone number is ever typed into it. */
export function isSealed({ class: level, type }: Field): boolean {
  return level === 'C2' || type === 'text' || type === 'long-text';
}

/** Whether lists can be narrowed by it: sealed choices are not indexed, since few values would tell themselves. */
export function isFilterable(field: Field): boolean {
  return isSealed(field) ? SEARCHABLE.has(field.type) : true;
}

/** Masks that show the last four digits: whoever sees them may look for them. */
const BY_LAST4: ReadonlySet<FieldMask | null> = new Set<FieldMask>(['phone', 'card']);
const FOUR_DIGITS = /^\d{4}$/;

/** The last four digits of a value that is found by them; undefined for others. */
export function lastFourOf(field: Field, value: FieldValue): string | undefined {
  const isFound = field.class === 'C2' && field.type === 'text' && BY_LAST4.has(field.mask);
  const last = isFound ? lastFour(canonical(field, value)) : undefined;
  return last !== undefined && FOUR_DIGITS.test(last) ? last : undefined;
}

/** Leading characters that a mask shows: whoever sees them may look for them. */
const SHOWN_AT_START: Partial<Record<FieldMask, number>> = { name: 1, phone: 3, card: 4, 'id-number': 6 };

/** The beginning a value is found by; undefined for a shorter one, and where values are not found by theirs. */
export function beginningOf(field: Field, value: FieldValue): string | undefined {
  const length = startCharacters(field);
  const characters = length === undefined ? [] : [...canonical(field, value)];
  return length === undefined || characters.length < length
    ? undefined
    : characters.slice(0, length).join('');
}

/** How many leading characters values of a field are found by; undefined where they are not found by any. */
export function startCharacters(field: Field): number | undefined {
  const isFound = field.class === 'C2' && field.type === 'text' && field.mask !== null;
  return isFound ? SHOWN_AT_START[field.mask as FieldMask] : undefined;
}

/** Texts whose words mean something; numbers and addresses are found by their whole. */
const WITH_WORDS: ReadonlySet<FieldMask | null> = new Set<FieldMask | null>(['name', 'all', null]);

/** Whether values are found by words in them: names, and texts of one line without a mask of their own. */
export function hasWords(field: Field): boolean {
  return field.type === 'text' && WITH_WORDS.has(field.mask);
}

/** Whether a question names the last four digits alone: four digits, where values are found by them. */
export function asksForLastFour(field: Field, text: string | undefined): boolean {
  return text !== undefined && lastFourOf(field, text) === text.trim();
}

/** The refusal of a value. */
export function valueFault(field: string, problem: string): AppError {
  return new AppError('field.value_invalid', { details: { field, problem } });
}

/**
 * A given value in the form it is kept: blanks around texts cut, lists without repeats in the order of the choices.
 * Null for nothing, which an empty text and an empty list are as well. Throws `field.value_invalid`.
 */
export function parseValue(field: Field, given: unknown): FieldValue | null {
  if (given === null || given === '' || (Array.isArray(given) && given.length === 0)) return null;
  const refuse = (problem: string) => valueFault(field.key, problem);
  switch (field.type) {
    case 'text':
    case 'long-text':
      return parseText(field, given);
    case 'number':
      return parseNumber(field, given);
    case 'date':
      if (typeof given !== 'string' || !isDate(given)) throw refuse('date');
      return given;
    case 'yes-no':
      if (typeof given !== 'boolean') throw refuse('type');
      return given;
    case 'choice':
      if (typeof given !== 'string' || !isOpenChoice(field, given)) throw refuse('choice');
      return given;
    case 'choices':
      return parseChoices(field, given);
  }
}

function parseText(field: Field, given: unknown): string | null {
  const refuse = (problem: string) => valueFault(field.key, problem);
  if (typeof given !== 'string') throw refuse('type');
  const text = given.trim();
  if (text === '') return null;
  const charactersMax = field.type === 'text' ? FIELD_LIMITS.textCharacters : FIELD_LIMITS.longTextCharacters;
  if ([...text].length > charactersMax) throw refuse('maxLength');
  if (field.type === 'text' && /[\r\n]/.test(text)) throw refuse('line');
  if (field.pattern !== null && !RE2JS.compile(field.pattern).matches(text)) throw refuse('pattern');
  return text;
}

function parseNumber(field: Field, given: unknown): number {
  const refuse = (problem: string) => valueFault(field.key, problem);
  if (typeof given !== 'number' || !Number.isFinite(given)) throw refuse('type');
  const max = Math.min(field.max ?? FIELD_LIMITS.number, FIELD_LIMITS.number);
  const min = Math.max(field.min ?? -FIELD_LIMITS.number, -FIELD_LIMITS.number);
  if (given > max) throw refuse('maximum');
  if (given < min) throw refuse('minimum');
  if (Math.round(given * NUMBER_SCALE) / NUMBER_SCALE !== given) throw refuse('decimals');
  return given;
}

function parseChoices(field: Field, given: unknown): string[] {
  if (!Array.isArray(given)) throw valueFault(field.key, 'type');
  const wanted = new Set<unknown>(given);
  const known = field.choices.filter(({ key, isArchived }) => wanted.has(key) && !isArchived);
  if (known.length !== wanted.size) throw valueFault(field.key, 'choice');
  return known.map(({ key }) => key);
}

function isOpenChoice(field: Field, key: string): boolean {
  return field.choices.some((choice) => choice.key === key && !choice.isArchived);
}

/** Whether a text is a day of the calendar. */
export function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** Number, day, or yes-no as the integer that stands in the database. */
export function toNumber(field: Field, value: FieldValue): number {
  if (field.type === 'number') return Math.round((value as number) * NUMBER_SCALE);
  if (field.type === 'date') return Number((value as string).replaceAll('-', ''));
  return value === true ? 1 : 0;
}

/** The value behind the integer. */
export function fromNumber(field: Field, stored: number): FieldValue {
  if (field.type === 'number') return stored / NUMBER_SCALE;
  if (field.type === 'yes-no') return stored === 1;
  const digits = String(stored).padStart(8, '0');
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

/** The form in which equal values are equal, for the blind index and the comparison after decryption. */
export function canonical(field: Field, value: FieldValue): string {
  return field.type === 'text' ? NORMALISERS[field.mask ?? 'all'](String(value)) : JSON.stringify(value);
}

/** How everybody sees a value. */
export function shownValue(field: Field, value: FieldValue): FieldValue {
  if (field.class === 'C2') return MASKS[field.mask ?? 'all'](String(value));
  return field.type === 'text' || field.type === 'long-text' ? maskText(String(value)) : value;
}
