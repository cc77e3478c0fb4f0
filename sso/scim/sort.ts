import { ScimFault } from './fault.ts';
import { valuesAt } from './filter.ts';

/** How a list is to be sorted (RFC 7644 §3.4.2.3). */
export interface Sort {
  path: string;
  isDescending: boolean;
}

const PATH = /^(?:urn:[A-Za-z0-9:._-]+:)?[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*)?$/;
/** Attributes whose case counts (RFC 7643 §3.1); of all others it does not. */
const CASE_EXACT = ['id', 'externalid'];

type Resource = Record<string, unknown>;

/** Reads `sortBy` and `sortOrder`; undefined when nothing is to be sorted. Throws `ScimFault`. */
export function readSort(sortBy: string | undefined, sortOrder: string | undefined): Sort | undefined {
  if (sortBy === undefined) return undefined;
  const order = (sortOrder ?? 'ascending').toLowerCase();
  if (!PATH.test(sortBy)) throw new ScimFault(400, 'invalidPath', 'sortBy names no attribute.');
  if (order !== 'ascending' && order !== 'descending')
    throw new ScimFault(400, 'invalidValue', 'sortOrder is ascending or descending.');
  return { path: sortBy, isDescending: order === 'descending' };
}

/** Resources in the order asked for; those without a value come last when ascending, first when descending. */
export function sorted<R extends Resource>(resources: readonly R[], { path, isDescending }: Sort): R[] {
  const isExact = CASE_EXACT.includes(path.toLowerCase());
  const keyed = resources.map((resource) => ({ resource, key: keyOf(resource, { path, isExact }) }));
  const sign = isDescending ? -1 : 1;
  return keyed.sort((a, b) => sign * compare(a.key, b.key)).map(({ resource }) => resource);
}

function keyOf(
  resource: Resource,
  { path, isExact }: { path: string; isExact: boolean },
): string | undefined {
  const [first] = valuesAt(resource, path);
  const value = typeof first === 'object' && first !== null ? (first as Resource)['value'] : first;
  if (value === undefined || value === null) return undefined;
  const text = String(value);
  return isExact ? text : text.toLowerCase();
}

function compare(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a < b ? -1 : Number(a > b);
}
