import { lengthPrefixed } from './digest.ts';
import type { Alg, Cell } from './envelope.ts';

/** Version of the authenticated data; a change of its layout needs another one. */
const AAD_VERSION = 'fe1';
/** Distinct (table, column) pairs are few; this only bounds what a programming error could pile up. */
const PREFIXES_MAX = 4_096;
/** Length and value of the algorithm (1 byte) and the data key id (4 bytes). */
const SUFFIX_BYTES = 4 + 1 + 4 + 4;

/** Makes the authenticated data of one value. */
export type AadOf = (cell: Cell, alg: Alg, dekId: number) => Buffer;

/**
 * Builds the authenticated data: ("fe1", installation, table, column, row id, alg, dek id), each led by its length
 * in 4 bytes, so that no two places give the same bytes. A value moved to another place is refused.
 */
export function createAad(installationId: string): AadOf {
  const prefixes = new Map<string, Map<string, Buffer>>();
  let prefixCount = 0;
  const prefixOf = (table: string, column: string): Buffer => {
    const known = prefixes.get(table)?.get(column);
    if (known !== undefined) return known;
    if (prefixCount >= PREFIXES_MAX) throw new RangeError('too many sealed columns');
    const prefix = lengthPrefixed([AAD_VERSION, installationId, table, column]);
    if (!prefixes.has(table)) prefixes.set(table, new Map());
    prefixes.get(table)?.set(column, prefix);
    prefixCount += 1;
    return prefix;
  };
  return (cell, alg, dekId) => {
    if (cell.table === '' || cell.column === '' || cell.rowId === '') {
      throw new TypeError('a sealed value needs a table, a column, and a row id');
    }
    const prefix = prefixOf(cell.table, cell.column);
    const rowBytes = Buffer.byteLength(cell.rowId, 'utf8');
    const aad = Buffer.allocUnsafe(prefix.length + 4 + rowBytes + SUFFIX_BYTES);
    prefix.copy(aad);
    let at = aad.writeUInt32BE(rowBytes, prefix.length);
    at += aad.write(cell.rowId, at, 'utf8');
    at = aad.writeUInt32BE(1, at);
    at = aad.writeUInt8(alg, at);
    at = aad.writeUInt32BE(4, at);
    aad.writeUInt32BE(dekId, at);
    return aad;
  };
}
