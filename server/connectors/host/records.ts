import type { ConnectorRecord, MaskKind, Operation, OutputField, Raw } from '../connector.ts';
import { compileMapping, toValue, type Mapping } from '../kit/index.ts';

/** Masks of the platform, by kind. */
export type Masks = (kind: MaskKind, value: string) => string;

/** A field of which the system sent something else than was agreed; `+` leads what nobody knows. */
export type Drift = string;

/** Records as they leave, and what did not fit. */
export interface Shaped {
  records: ConnectorRecord[];
  drift: Drift[];
}

const compiled = new WeakMap<OutputField, Mapping>();

function mappingOf(field: OutputField): Mapping {
  const known = compiled.get(field) ?? compileMapping(field.path);
  compiled.set(field, known);
  return known;
}

/** Compiles every mapping of an operation, so that a wrong one is found when it is entered. */
export function assertMappings(operation: Operation): void {
  for (const field of Object.values(operation.output)) mappingOf(field);
}

/**
 * Maps what a system sent to the fields of an operation, and masks: C3 never passes, C2 passes masked. What no field
 * names is dropped. `isDrifted` when a required field is missing or a value does not have its form.
 */
export function shapeRecords(operation: Operation, items: readonly Raw[], masks: Masks): Shaped {
  const drift = new Set<Drift>();
  const records = items.map((item) => {
    const entries = Object.entries(operation.output).flatMap(([name, field]) => {
      if (field.class === 'C3') return [];
      const value = valueOf(name, { field, item, drift });
      return [[name, value === null ? null : present(field, value, masks)] as const];
    });
    return Object.fromEntries(entries);
  });
  return { records, drift: [...drift] };
}

function valueOf(
  name: string,
  { field, item, drift }: { field: OutputField; item: Raw; drift: Set<Drift> },
): string | null {
  const [raw] = mappingOf(field)(item);
  if (raw === undefined || raw === null || raw === '') {
    if (field.isRequired === true) drift.add(name);
    return null;
  }
  const value = toValue(raw, field.type);
  if (value === undefined) drift.add(name);
  return value ?? null;
}

function present(field: OutputField, value: string, masks: Masks): string {
  const word =
    field.values !== undefined && Object.hasOwn(field.values, value) ? field.values[value] : undefined;
  const shown = word ?? value;
  return field.class === 'C2' ? masks(field.mask ?? 'all', shown) : shown;
}

/** Names at the top of what a system sent, sorted; what is new among them is drift. */
export function namesOf(items: readonly Raw[]): string[] {
  const names = new Set<string>();
  for (const item of items) {
    if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
      for (const name of Object.keys(item)) names.add(name.slice(0, 100));
    }
  }
  return [...names].sort().slice(0, NAMES_MAX);
}

const NAMES_MAX = 200;

/**
 * A system's answer without its content, for recordings: the form stays, digits become 0, letters x, others 某, except
 * in values that a C1 field takes over. So a recording can be kept, shown, and mapped anew.
 */
export function maskDocument(operation: Operation, item: Raw): Raw {
  const open = new Set<string>();
  for (const field of Object.values(operation.output)) {
    if (field.class !== 'C1') continue;
    for (const value of mappingOf(field)(item)) if (typeof value === 'string') open.add(value);
  }
  // A value that a sensitive field takes over as well is not open.
  for (const field of Object.values(operation.output)) {
    if (field.class === 'C1') continue;
    for (const value of mappingOf(field)(item)) if (typeof value === 'string') open.delete(value);
  }
  const walk = (value: Raw): Raw => {
    if (typeof value === 'string') return open.has(value) ? value : blank(value);
    if (Array.isArray(value)) return (value as readonly Raw[]).map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(inner)]));
  };
  return walk(item);
}

/** A record's form without its content. */
export function blankRecord(record: ConnectorRecord): ConnectorRecord {
  const entries = Object.entries(record).map(
    ([name, value]) => [name, value === null ? null : blank(value)] as const,
  );
  return Object.fromEntries(entries);
}

function blank(text: string): string {
  return text.replace(/\p{L}|\p{N}/gu, (character) => {
    if (/\p{N}/u.test(character)) return '0';
    return /[A-Za-z]/.test(character) ? 'x' : '某';
  });
}
