import { AppError } from '../../kernel/index.ts';
import type { Raw } from '../connector.ts';

/** Deeper answers are refused: no record of a bank nests like this. */
const DEPTH_MAX = 64;
const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const PLAIN_STRING = /"[^"\\\u0000-\u001f]*"/y;
const STRING_PIECE = /[^"\\\u0000-\u001f]*/y;

/**
 * Reads JSON (RFC 8259) with numbers kept as their own text: `12345678901234567890.10` stays what it is. Of a name
 * that comes twice the last one counts. Throws `connector.schema` with reason `json`.
 */
export function parseJson(text: string): Raw {
  const reader = new Reader(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Raw {
    if (depth > DEPTH_MAX) throw fault();
    this.#take(SPACE);
    const next = this.#text[this.#at];
    if (next === '{') return this.#object(depth);
    if (next === '[') return this.#array(depth);
    if (next === '"') return this.#string();
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    const number = this.#take(NUMBER);
    if (number === undefined || number === '') throw fault();
    return number;
  }

  end(): void {
    this.#take(SPACE);
    if (this.#at !== this.#text.length) throw fault();
  }

  #object(depth: number): Raw {
    const entries: [string, Raw][] = [];
    this.#at += 1;
    this.#take(SPACE);
    if (this.#skip('}')) return {};
    do {
      this.#take(SPACE);
      const name = this.#string();
      this.#take(SPACE);
      if (!this.#skip(':')) throw fault();
      entries.push([name, this.value(depth + 1)]);
      this.#take(SPACE);
    } while (this.#skip(','));
    if (!this.#skip('}')) throw fault();
    // Built from entries, so that a name like __proto__ is a name and nothing else.
    return Object.fromEntries(entries);
  }

  #array(depth: number): Raw {
    const items: Raw[] = [];
    this.#at += 1;
    this.#take(SPACE);
    if (this.#skip(']')) return items;
    do {
      items.push(this.value(depth + 1));
      this.#take(SPACE);
    } while (this.#skip(','));
    if (!this.#skip(']')) throw fault();
    return items;
  }

  #string(): string {
    const plain = this.#take(PLAIN_STRING);
    if (plain !== undefined) return plain.slice(1, -1);
    const start = this.#at;
    if (!this.#skip('"')) throw fault();
    // Piece by piece: one expression over a string of many megabytes runs out of the engine's stack.
    for (this.#take(STRING_PIECE); this.#skip('\\'); this.#take(STRING_PIECE)) this.#at += 1;
    if (!this.#skip('"')) throw fault();
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch (cause) {
      throw fault(cause);
    }
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [token] = pattern.exec(this.#text) ?? [];
    if (token !== undefined) this.#at += token.length;
    return token;
  }
}

function fault(cause?: unknown): AppError {
  return new AppError('connector.schema', { details: { reason: 'json' }, cause });
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
const DIGITS_MAX = 60;

/** A number as a plain decimal without exponent, digits and zeros kept; undefined when it is none. */
export function plainDecimal(text: string): string | undefined {
  const [, sign, whole = '', fraction = '', exponent] = DECIMAL.exec(text.trim()) ?? [];
  if (whole === '' || whole.length + fraction.length > DIGITS_MAX) return undefined;
  const minus = sign === '-' ? '-' : '';
  if (exponent === undefined) return `${minus}${withoutZeros(whole)}${fraction === '' ? '' : `.${fraction}`}`;
  const shift = Number(exponent);
  if (Math.abs(shift) > DIGITS_MAX) return undefined;
  const digits = whole + fraction;
  const point = whole.length + shift;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const at = Math.max(point, 1);
  const rest = padded.slice(at);
  return `${minus}${withoutZeros(padded.slice(0, at))}${rest === '' ? '' : `.${rest}`}`;
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '');
}
