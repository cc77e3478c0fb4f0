import { ScimFault } from './fault.ts';
import { fits, parseFilter, type Filter } from './filter.ts';

/** One operation of a PATCH (RFC 7644 §3.5.2). */
export interface PatchOperation {
  op: string;
  path?: string;
  value?: unknown;
}

/** Operations of one PATCH. */
export const PATCH_OPERATIONS_MAX = 1_000;

const PATH = /^(?:urn:[A-Za-z0-9:._-]+:)?([A-Za-z$][\w$-]*)(?:\[(.+)\])?(?:\.([A-Za-z$][\w$-]*))?$/;

type Resource = Record<string, unknown>;
type Item = Record<string, unknown>;

/**
 * A resource after a PATCH; the one given stays as it is. Attributes the resource does not have yet may be added, so that
 * the caller decides which it keeps. Throws `ScimFault`.
 */
export function applyPatch(resource: Resource, operations: readonly PatchOperation[]): Resource {
  if (operations.length > PATCH_OPERATIONS_MAX) throw new ScimFault(400, 'tooMany', 'Too many operations.');
  const changed = structuredClone(resource);
  for (const operation of operations) {
    const op = operation.op.toLowerCase();
    if (!['add', 'replace', 'remove'].includes(op)) {
      throw new ScimFault(400, 'invalidSyntax', 'Operations are add, replace, and remove.');
    }
    if (operation.path === undefined || operation.path === '') applyWhole(changed, op, operation.value);
    else applyAt(changed, op, { path: operation.path, value: operation.value });
  }
  return changed;
}

/** Without a path the value is an object of attributes. */
function applyWhole(resource: Resource, op: string, value: unknown): void {
  if (op === 'remove') throw new ScimFault(400, 'noTarget', 'A removal needs a path.');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ScimFault(400, 'invalidValue', 'The value has to be an object of attributes.');
  }
  for (const [path, each] of Object.entries(value)) applyAt(resource, op, { path, value: each });
}

function applyAt(resource: Resource, op: string, { path, value }: { path: string; value: unknown }): void {
  const match = PATH.exec(path);
  if (match === null) throw new ScimFault(400, 'invalidPath', 'The path cannot be read.');
  const [, attribute = '', filterText, sub] = match;
  const key = keyOf(resource, attribute);
  if (filterText !== undefined)
    return applyToItems(resource, { key, op, sub, value, filter: parseFilter(filterText) });
  if (sub !== undefined) return applyToPart(resource, { key, op, sub, value });
  if (op === 'remove') return removeFrom(resource, key, value);
  if (op === 'add' && Array.isArray(resource[key])) {
    resource[key] = distinct([...(resource[key] as Item[]), ...itemsOf(value)]);
    return undefined;
  }
  resource[key] = value;
  return undefined;
}

/** An attribute under the spelling that the resource has. */
function keyOf(resource: Resource, name: string): string {
  return Object.keys(resource).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
}

/** Some clients name the members to remove in the value instead of in a filter. */
function removeFrom(resource: Resource, key: string, value: unknown): undefined {
  const list = resource[key];
  if (value === undefined || !Array.isArray(list)) {
    delete resource[key];
    return undefined;
  }
  const gone = new Set(itemsOf(value).map((item) => item['value']));
  resource[key] = (list as Item[]).filter((item) => !gone.has(item['value']));
  return undefined;
}

function applyToPart(
  resource: Resource,
  { key, op, sub, value }: { key: string; op: string; sub: string; value: unknown },
): undefined {
  const held = resource[key];
  const part: Item = typeof held === 'object' && held !== null && !Array.isArray(held) ? (held as Item) : {};
  if (op === 'remove') delete part[keyOf(part, sub)];
  else part[keyOf(part, sub)] = value;
  resource[key] = part;
  return undefined;
}

function applyToItems(
  resource: Resource,
  change: { key: string; op: string; sub: string | undefined; value: unknown; filter: Filter },
): undefined {
  const { key, op, sub, value, filter } = change;
  const list = Array.isArray(resource[key]) ? (resource[key] as Item[]) : [];
  const isMeant = (item: Item) => typeof item === 'object' && item !== null && fits(filter, item);
  if (op === 'remove' && sub === undefined) {
    resource[key] = list.filter((item) => !isMeant(item));
    return undefined;
  }
  if (op === 'replace' && !list.some(isMeant)) throw new ScimFault(400, 'noTarget', 'Nothing fits the path.');
  resource[key] = list.map((item) => {
    if (!isMeant(item)) return item;
    if (sub === undefined) return { ...item, ...(value as Item) };
    const { [keyOf(item, sub)]: _gone, ...rest } = item;
    return op === 'remove' ? rest : { ...rest, [keyOf(item, sub)]: value };
  });
  return undefined;
}

function itemsOf(value: unknown): Item[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item === 'object' && item !== null) return item as Item;
    throw new ScimFault(400, 'invalidValue', 'Items of a list have to be objects.');
  });
}

function distinct(items: readonly Item[]): Item[] {
  const seen = new Set<unknown>();
  return items.filter((item) => {
    const id = item['value'];
    if (id !== undefined && seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}
