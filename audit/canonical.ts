/** Values that have a canonical form. Numbers are finite IEEE 754 doubles; strings are well-formed UTF-16. */
export type CanonicalValue =
  | string
  | number
  | boolean
  | null
  | readonly CanonicalValue[]
  | { readonly [key: string]: CanonicalValue | undefined };

/** A text that is JSON but not the canonical form of its value, or no JSON at all. */
export class CanonicalError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CanonicalError';
  }
}

const LONE_SURROGATE_ESCAPE = '\\ud';
/** Nothing but tokens as RFC 8785 writes them, side by side: texts with plain escapes, integers that are exact. */
const PLAIN_TOKENS =
  /^(?:"(?:[^"\\\x00-\x1f\ud800-\udfff]|\\["\\bfnrt])*"|[{}[\]:,]|(?:0|-?[1-9][0-9]{0,14})(?![0-9])|true|false|null)*$/;

/**
 * Canonical JSON (RFC 8785): keys in the order of their UTF-16 code units, no space, numbers and strings as
 * ECMAScript writes them. Members that are `undefined` are left out.
 * @throws CanonicalError for a number that is not finite, a lone surrogate, or a value JSON has not.
 */
export function canonicalJson(value: CanonicalValue): string {
  const text = write(value);
  // JSON.stringify writes half a pair as \udXXX, which may also be an escaped backslash before "ud": look closer.
  if (text.includes(LONE_SURROGATE_ESCAPE)) assertWellFormed(value);
  return text;
}

/**
 * Parses a text that must be the canonical form of its value; so it has no duplicate key, no space, no BOM.
 * @throws CanonicalError when it is not.
 */
export function parseCanonical(text: string): CanonicalValue {
  let value: CanonicalValue;
  try {
    value = JSON.parse(text) as CanonicalValue;
  } catch {
    throw new CanonicalError('not JSON');
  }
  // Each key has `":` behind it, so when a value has as many keys, none stood there twice: no need to write it again.
  if (PLAIN_TOKENS.test(text) && orderedKeyCount(value) === text.split('":').length - 1) return value;
  // JSON.stringify keeps the order it read, so the same text with ordered keys is canonical; three times as fast as
  // writing it anew. Number-like keys, which JavaScript reorders, take the long way.
  const isSame = JSON.stringify(value) === text && hasOrderedKeys(value);
  if (isSame && text.includes(LONE_SURROGATE_ESCAPE)) assertWellFormed(value);
  if (!isSame && canonicalJson(value) !== text) throw new CanonicalError('not canonical JSON');
  return value;
}

/** Keys at every level; NaN unless they stand in order. Those that JavaScript would move, numbers, count as disordered. */
function orderedKeyCount(value: CanonicalValue | undefined): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const one of value as readonly CanonicalValue[]) count += orderedKeyCount(one);
    return count;
  }
  let before = '9\uffff';
  for (const key in value) {
    if (key <= before) return Number.NaN;
    before = key;
    const member = (value as Readonly<Record<string, CanonicalValue | undefined>>)[key];
    count += 1;
    if (typeof member === 'object') count += orderedKeyCount(member);
  }
  return count;
}

function hasOrderedKeys(value: CanonicalValue | undefined): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(hasOrderedKeys);
  let before: string | undefined;
  const members = value as Readonly<Record<string, CanonicalValue | undefined>>;
  for (const key of Object.keys(members)) {
    if (before !== undefined && before >= key) return false;
    before = key;
    const member = members[key];
    if (typeof member === 'object' && !hasOrderedKeys(member)) return false;
  }
  return true;
}

/**
 * Writes a value whose keys already stand in canonical order, the fast way; numbers must be finite.
 * @throws CanonicalError for a lone surrogate.
 */
export function writeOrdered(value: CanonicalValue): string {
  const text = JSON.stringify(value);
  if (text.includes(LONE_SURROGATE_ESCAPE)) assertWellFormed(value);
  return text;
}

function write(value: CanonicalValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new CanonicalError('number is not finite');
    return JSON.stringify(value);
  }
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value === 'object')
    return writeObject(value as Readonly<Record<string, CanonicalValue | undefined>>);
  throw new CanonicalError('value has no JSON form');
}

function writeObject(value: Readonly<Record<string, CanonicalValue | undefined>>): string {
  let text = '{';
  // The default order of sort() is that of UTF-16 code units, as RFC 8785 §3.2.3 asks.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    text += `${text.length > 1 ? ',' : ''}${JSON.stringify(key)}:${write(member)}`;
  }
  return `${text}}`;
}

function assertWellFormed(value: CanonicalValue | undefined): void {
  if (typeof value === 'string') {
    if (!isWellFormed(value)) throw new CanonicalError('lone surrogate');
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    assertWellFormed(key);
    assertWellFormed(member as CanonicalValue | undefined);
  }
}

function isWellFormed(text: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}
