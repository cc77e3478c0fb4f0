import { AppError } from '../../kernel/index.ts';
import { matchesSearch, type Crypto } from '../../platform/crypto/index.ts';
import {
  asksForLastFour,
  beginningOf,
  canonical,
  hasWords,
  isDate,
  isFilterable,
  isSealed,
  lastFourOf,
  startCharacters,
  toNumber,
  valueFault,
  type FieldValue,
} from './field.rules.ts';
import type { Field, RecordType } from './field.section.ts';

/** How a list is narrowed by a value: the whole of it, its beginning, or words in it. */
export const FIELD_MATCHES = ['whole', 'start', 'words'] as const;
/** One of them. */
export type FieldMatch = (typeof FIELD_MATCHES)[number];

/** What somebody asks a list for. */
export interface FieldQuery {
  field: string;
  value?: string;
  from?: string;
  to?: string;
  /** `whole` unless named. */
  match?: FieldMatch;
}

/** What narrows a list by one field; absent bounds are null. */
export interface FieldFilter {
  fieldKey: string;
  choiceValue: string | null;
  numberMin: number | null;
  numberMax: number | null;
  /** The hash of a sealed value by every key that rows may be hashed with. */
  valueBixes: Buffer[];
  isHashed: boolean;
  /** The same of its last four digits. */
  last4Bixes: Buffer[];
  isLast4: boolean;
  /** The same of its beginning. */
  prefixBixes: Buffer[];
  isPrefix: boolean;
  /** The tokens of the words asked for, by each of those keys; undefined when words are not asked for. */
  tokenSets?: bigint[][];
}

/** The keyed hashes of a value, where it is found by them. */
export interface ValueHashes {
  valueBix: Buffer | null;
  valueLast4Bix: Buffer | null;
  valuePrefixBix: Buffer | null;
}

/** Those of a value that is not found by any. */
export const NO_HASHES: ValueHashes = { valueBix: null, valueLast4Bix: null, valuePrefixBix: null };

/** Terms of a question that are asked for; the comparison after decryption sees all of it. */
const TERMS_MAX = 16;
/** Asks for no value; each kind of question replaces its own part. */
const NO_VALUE = {
  ...{ choiceValue: null, numberMin: null, numberMax: null },
  ...{ valueBixes: [], isHashed: false, last4Bixes: [], isLast4: false, prefixBixes: [], isPrefix: false },
};

/** How a list can be narrowed by the value of a field; none when it cannot be narrowed by it. */
export function matchesOf(field: Field): FieldMatch[] {
  if (!isFilterable(field)) return [];
  return FIELD_MATCHES.filter(
    (match) =>
      match === 'whole' || (match === 'start' ? startCharacters(field) !== undefined : hasWords(field)),
  );
}

/** Keyed hashes of own fields under the keys in use. */
export class FieldIndex {
  readonly #crypto: Crypto;

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  /** What a sealed value is found by. */
  hashes(type: RecordType, field: Field, value: FieldValue): ValueHashes {
    if (!isFilterable(field)) return NO_HASHES;
    const hash = (index: string, text: string | undefined) =>
      text === undefined ? null : this.#crypto.blindIndex(index, text);
    return {
      valueBix: hash(indexOf(type, field), canonical(field, value)),
      valueLast4Bix: hash(indexOf(type, field, 'last4'), lastFourOf(field, value)),
      valuePrefixBix: hash(indexOf(type, field, 'prefix'), beginningOf(field, value)),
    };
  }

  /** The tokens of the words of a value; none where words are not looked for. */
  tokens(type: RecordType, field: Field, value: FieldValue): bigint[] {
    return hasWords(field) ? this.#crypto.wordTokens(indexOf(type, field, 'words'), String(value)) : [];
  }

  /** A list's question as the conditions of its statement; throws `field.not_filterable`, `field.value_invalid`. */
  filterOf(type: RecordType, field: Field, query: FieldQuery): FieldFilter {
    const none = { fieldKey: field.key, ...NO_VALUE };
    const refuse = () => new AppError('field.not_filterable', { details: { field: field.key } });
    if (!matchesOf(field).includes(query.match ?? 'whole')) throw refuse();
    const isRange = query.value === undefined;
    if (isSealed(field)) {
      if (isRange) throw refuse();
      return { ...none, ...this.#sealedFilter(type, field, query) };
    }
    if (field.type === 'choice' || field.type === 'choices') {
      if (isRange) throw refuse();
      return { ...none, choiceValue: query.value as string };
    }
    const bound = (text: string | undefined) =>
      text === undefined ? null : toNumber(field, valueFrom(field, text));
    const [from, to] = isRange ? [query.from, query.to] : [query.value, query.value];
    if (from === undefined && to === undefined) throw refuse();
    return { ...none, numberMin: bound(from), numberMax: bound(to) };
  }

  #sealedFilter(type: RecordType, field: Field, query: FieldQuery): Partial<FieldFilter> {
    const given = valueFrom(field, query.value);
    if (query.match === 'words') {
      const sets = this.#crypto.searchTokens(indexOf(type, field, 'words'), String(given));
      if (sets[0]?.length === 0) throw valueFault(field.key, 'words');
      return { tokenSets: sets.map((tokens) => tokens.slice(0, TERMS_MAX)) };
    }
    if (query.match === 'start') {
      const start = beginningOf(field, given);
      if (start === undefined) throw valueFault(field.key, 'minLength');
      return {
        prefixBixes: this.#crypto.blindIndexes(indexOf(type, field, 'prefix'), start),
        isPrefix: true,
      };
    }
    const value = canonical(field, given);
    // Who has four digits of a number has its end; a number of four digits is found by it too.
    return asksForLastFour(field, query.value)
      ? { last4Bixes: this.#crypto.blindIndexes(indexOf(type, field, 'last4'), value), isLast4: true }
      : { valueBixes: this.#crypto.blindIndexes(indexOf(type, field), value), isHashed: true };
  }
}

/** The test that a decrypted value has to pass to be what was asked for. */
export function hitOf(field: Field, query: FieldQuery): (value: FieldValue) => boolean {
  const given = valueFrom(field, query.value);
  if (query.match === 'words') return (value) => matchesSearch(String(value), String(given));
  const wanted = canonical(field, given);
  if (query.match === 'start') return (value) => canonical(field, value).startsWith(wanted);
  return asksForLastFour(field, query.value)
    ? (value) => lastFourOf(field, value) === wanted
    : (value) => canonical(field, value) === wanted;
}

/** No key of a field has a dot, so that it is no other field's index. The endings say how long the hashes are. */
function indexOf(type: RecordType, { key }: Field, by?: 'last4' | 'prefix' | 'words'): string {
  return by === undefined ? `custom.${type}.${key}` : `custom.${type}.${key}.${by}`;
}

/** A value out of an address, where everything is text. */
function valueFrom(field: Field, text: string | undefined): FieldValue {
  const fault = valueFault(field.key, 'type');
  if (text === undefined || text.trim() === '') throw fault;
  if (field.type === 'number') {
    const value = Number(text);
    if (!Number.isFinite(value)) throw fault;
    return value;
  }
  if (field.type === 'date' && !isDate(text)) throw fault;
  return field.type === 'yes-no' ? text === 'true' : text;
}
