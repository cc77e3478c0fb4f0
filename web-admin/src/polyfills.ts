/**
 * Standard functions that Chromium 90 to 97 and the packages we use do not agree on. Syntax is lowered by the build;
 * functions are not, so the few that are called are added here.
 */
interface Gap {
  target: object;
  name: string;
  value: (this: never, ...input: never[]) => unknown;
}

function at(this: ArrayLike<unknown>, index: number): unknown {
  const position = Math.trunc(index) || 0;
  return this[position < 0 ? this.length + position : position];
}

function findLastIndex<T>(this: ArrayLike<T>, accepts: (item: T, index: number) => boolean): number {
  for (let index = this.length - 1; index >= 0; index--) if (accepts(this[index] as T, index)) return index;
  return -1;
}

function findLast<T>(this: ArrayLike<T>, accepts: (item: T, index: number) => boolean): T | undefined {
  return this[findLastIndex.call(this as ArrayLike<never>, accepts as never)];
}

function hasOwn(target: object, name: PropertyKey): boolean {
  return Object.prototype.hasOwnProperty.call(target, name);
}

const GAPS: Gap[] = [
  { target: Array.prototype, name: 'at', value: at },
  { target: String.prototype, name: 'at', value: at },
  { target: Array.prototype, name: 'findLast', value: findLast },
  { target: Array.prototype, name: 'findLastIndex', value: findLastIndex },
  { target: Object, name: 'hasOwn', value: hasOwn },
];

/** Adds what the browser lacks; existing functions stay untouched. */
export function fillGaps(gaps: readonly Gap[] = GAPS): void {
  for (const { target, name, value } of gaps) {
    if (name in target) continue;
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
  }
}
