import type { Entity } from '../entity.ts';
import { SELF_REFERENCES, type AnyRow } from './copy.repo.ts';

const MODULUS = 1n << 256n;

/** Largest number of rows of a table whose rows point to each other; all of them are sorted in memory. */
export const SELF_REFERENCING_ROWS_MAX = 50_000;

/** A row as text that is the same whichever database it was read from. */
export function canonicalRow(entity: Entity, row: AnyRow): string {
  return JSON.stringify(Object.keys(entity.columns).map((property) => canonicalValue(row[property])));
}

function canonicalValue(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  return value instanceof Date ? value.toISOString() : (value ?? null);
}

/**
 * `digest` with the hashes of more rows added, in hexadecimal. A sum does not depend on the order of the rows, in which two
 * databases may differ, and unlike an exclusive or it notices a row that stands there twice.
 */
export function addToDigest(digest: string, hashes: readonly Buffer[]): string {
  let sum = digest === '' ? 0n : BigInt(`0x${digest}`);
  for (const hash of hashes) sum += BigInt(`0x${hash.toString('hex')}`);
  return (sum % MODULUS).toString(16).padStart(64, '0');
}

/** About how many bytes the row takes in memory, for the size of pages. */
export function weightOf(row: AnyRow): number {
  let bytes = 0;
  for (const value of Object.values(row)) {
    if (Buffer.isBuffer(value)) bytes += value.length;
    else bytes += typeof value === 'string' ? value.length : 8;
  }
  return bytes;
}

/** The primary key of a row, as a page's `after` takes it. */
export function keyOf(entity: Entity, row: AnyRow): unknown[] {
  return entity.primaryKey.map((key) => row[key]);
}

/** Rows of a table that points into itself, each behind those it points to; throws for a circle. */
export function parentsFirst(entity: Entity, rows: readonly AnyRow[]): AnyRow[] {
  const references = SELF_REFERENCES[entity.table] ?? [];
  const byId = new Map(rows.map((row) => [row[entity.primaryKey[0] as string], row]));
  const state = new Map<AnyRow, 'open' | 'done'>();
  const sorted: AnyRow[] = [];
  const visit = (row: AnyRow): void => {
    if (state.get(row) === 'done') return;
    if (state.get(row) === 'open')
      throw new Error(`Rows of ${entity.table} point to each other in a circle.`);
    state.set(row, 'open');
    for (const property of references) {
      const target = byId.get(row[property]);
      if (target && target !== row) visit(target);
    }
    state.set(row, 'done');
    sorted.push(row);
  };
  for (const row of rows) visit(row);
  return sorted;
}
