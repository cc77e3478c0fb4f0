import { ScimFault } from './fault.ts';

/** A filter of RFC 7644 §3.4.2.2, read. */
export type Filter =
  | { type: 'and' | 'or'; left: Filter; right: Filter }
  | { type: 'not'; inner: Filter }
  | { type: 'present'; path: string }
  | { type: 'compare'; path: string; operator: Operator; value: FilterValue }
  | { type: 'any'; path: string; inner: Filter };

/** What a filter compares with. */
export type FilterValue = string | number | boolean | null;
type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

/** Characters of a filter, and parts of it. */
export const FILTER_LIMITS = { charactersMax: 2_000, tokensMax: 200, depthMax: 20 } as const;

const OPERATORS = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);
const TOKEN = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+))/y;
const PATH = /^(?:urn:[A-Za-z0-9:._-]+:)?[A-Za-z$][\w$-]*(?:\.[A-Za-z$][\w$-]*)?$/;

/** Reads a filter. Throws `ScimFault` `invalidFilter`. */
export function parseFilter(text: string): Filter {
  const tokens = tokenise(text);
  const reader = new Reader(tokens);
  const filter = reader.or(0);
  if (!reader.isAtEnd) throw fault();
  return filter;
}

function fault(): ScimFault {
  return new ScimFault(400, 'invalidFilter', 'The filter cannot be read.');
}

function tokenise(text: string): string[] {
  if (text.length > FILTER_LIMITS.charactersMax) throw fault();
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (match === null || tokens.length >= FILTER_LIMITS.tokensMax) throw fault();
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return tokens;
}

/** One pass from left to right; `and` binds closer than `or`, `not` closer than both. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  or(depth: number): Filter {
    if (depth > FILTER_LIMITS.depthMax) throw fault();
    let left = this.#and(depth);
    while (this.#takes('or')) left = { type: 'or', left, right: this.#and(depth) };
    return left;
  }

  #and(depth: number): Filter {
    let left = this.#one(depth);
    while (this.#takes('and')) left = { type: 'and', left, right: this.#one(depth) };
    return left;
  }

  #one(depth: number): Filter {
    if (this.#takes('not')) {
      this.#must('(');
      const inner = this.or(depth + 1);
      this.#must(')');
      return { type: 'not', inner };
    }
    if (this.#takes('(')) {
      const inner = this.or(depth + 1);
      this.#must(')');
      return inner;
    }
    const path = this.#next();
    if (!PATH.test(path)) throw fault();
    if (this.#takes('[')) {
      const inner = this.or(depth + 1);
      this.#must(']');
      return { type: 'any', path, inner };
    }
    if (this.#takes('pr')) return { type: 'present', path };
    const operator = this.#next().toLowerCase();
    if (!OPERATORS.has(operator)) throw fault();
    return { type: 'compare', path, operator: operator as Operator, value: valueOf(this.#next()) };
  }

  #takes(word: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #must(word: string): void {
    if (!this.#takes(word)) throw fault();
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw fault();
    this.#at += 1;
    return token;
  }
}

function valueOf(token: string): FilterValue {
  try {
    const value: unknown = JSON.parse(token);
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as FilterValue;
  } catch {
    // Neither a quoted text nor a word of JSON.
  }
  throw fault();
}

type Resource = Readonly<Record<string, unknown>>;

/** Values at a path of a resource: attribute names without regard to case, the schema's name left out. */
export function valuesAt(resource: Resource, path: string): unknown[] {
  const [first = '', second] = path.replace(/^urn:[A-Za-z0-9:._-]+:/, '').split('.');
  const value = propertyOf(resource, first);
  const list = Array.isArray(value) ? (value as unknown[]) : value === undefined ? [] : [value];
  if (second === undefined) return list;
  return list.flatMap((each) =>
    typeof each === 'object' && each !== null ? (propertyOf(each as Resource, second) ?? []) : [],
  ) as unknown[];
}

function propertyOf(resource: Resource, name: string): unknown {
  const key = Object.keys(resource).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : resource[key];
}

/** Whether a resource fits a filter. Texts are compared without regard to case, as `userName` asks for. */
export function fits(filter: Filter, resource: Resource): boolean {
  switch (filter.type) {
    case 'and':
      return fits(filter.left, resource) && fits(filter.right, resource);
    case 'or':
      return fits(filter.left, resource) || fits(filter.right, resource);
    case 'not':
      return !fits(filter.inner, resource);
    case 'present':
      return valuesAt(resource, filter.path).some((value) => value !== null && value !== '');
    case 'any':
      return valuesAt(resource, filter.path).some(
        (value) => typeof value === 'object' && value !== null && fits(filter.inner, value as Resource),
      );
    case 'compare': {
      const { operator, value } = filter;
      const values = valuesAt(resource, filter.path).map((each) =>
        typeof each === 'object' && each !== null ? propertyOf(each as Resource, 'value') : each,
      );
      if (operator === 'ne') return !values.some((each) => compare('eq', each, value));
      return values.some((each) => compare(operator, each, value));
    }
  }
}

function compare(operator: Operator, found: unknown, wanted: FilterValue): boolean {
  if (typeof found === 'string' && typeof wanted === 'string') {
    const [a, b] = [found.toLowerCase(), wanted.toLowerCase()];
    if (operator === 'co') return a.includes(b);
    if (operator === 'sw') return a.startsWith(b);
    if (operator === 'ew') return a.endsWith(b);
    return order(operator, a < b ? -1 : Number(a > b));
  }
  if (typeof found === 'number' && typeof wanted === 'number') return order(operator, found - wanted);
  return operator === 'eq' && found === wanted;
}

function order(operator: Operator, sign: number): boolean {
  if (operator === 'eq') return sign === 0;
  if (operator === 'gt') return sign > 0;
  if (operator === 'ge') return sign >= 0;
  if (operator === 'lt') return sign < 0;
  return operator === 'le' && sign <= 0;
}
