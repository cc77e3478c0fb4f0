import { sha256 } from '../crypto/index.ts';

/** One difference: the place in the section, and what stood and stands there; absent where there was nothing. */
export interface DiffLine {
  path: string;
  from?: string;
  to?: string;
}

/** Longer texts (a picture) are shown by their hash. */
const SHOWN_CHARACTERS_MAX = 2_000;

/**
 * What changed between two values, by path. Items of lists that carry a `key` are followed by it, so that moving one
 * is a single line for the order. O(size of both).
 */
export function diffValues(before: unknown, after: unknown): DiffLine[] {
  const from = flatten(before);
  const to = flatten(after);
  const paths = [...new Set([...from.keys(), ...to.keys()])].sort();
  return paths.flatMap((path) => {
    const [a, b] = [from.get(path), to.get(path)];
    if (a === b) return [];
    return [{ path, ...(a === undefined ? {} : { from: a }), ...(b === undefined ? {} : { to: b }) }];
  });
}

/** Names of the fields that changed, for the audit trail: at most two steps deep, without values. */
export function changedFields(lines: readonly DiffLine[]): string[] {
  return [...new Set(lines.map(({ path }) => path.split('/').slice(0, 2).join('/')))];
}

function flatten(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value)) flattenList(value, path, into);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) flatten(child, join(path, key), into);
  } else if (value !== undefined && value !== null) into.set(path, shown(String(value)));
  return into;
}

function flattenList(items: readonly unknown[], path: string, into: Map<string, string>): void {
  const keys = items.map(keyOf);
  if (items.length > 0 && keys.every((key) => key !== undefined)) {
    into.set(path, shown(keys.join(', ')));
    items.forEach((item, index) => flatten(item, join(path, keys[index] as string), into));
  } else
    into.set(
      path,
      shown(items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(', ')),
    );
}

function keyOf(item: unknown): string | undefined {
  const key = typeof item === 'object' && item !== null && 'key' in item ? item.key : undefined;
  return typeof key === 'string' ? key : undefined;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}/${key}`;
}

function shown(text: string): string {
  return text.length > SHOWN_CHARACTERS_MAX ? `sha256:${sha256(text).toString('hex')}` : text;
}
