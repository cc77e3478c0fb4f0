import { MASKS, maskText, type MaskName } from '../crypto/index.ts';

/**
 * Logical columns: what a value means, from which each dialect derives its type, its binding, and its reading.
 * A sealed column holds an envelope of platform/crypto; its class and scope say why.
 */

/** How a value is kept. `instant` is UTC to the millisecond, `flag` 0 or 1, `sealed` an encryption envelope. */
export type ColumnKind =
  'uuid' | 'text' | 'clob' | 'int' | 'flag' | 'instant' | 'json' | 'bytes' | 'sealed' | 'tokens';

/**
 * How a sealed column can be searched: by its whole value, its last four digits, its beginning, or words in it. There is
 * no other way; a column whose classification names none cannot be searched at all.
 */
export type SealedIndex = 'eq' | 'last4' | 'prefix' | 'words';

/** Sensitivity of personal and financial data (JR/T 0171): C3 is never stored, C2 is sealed, C1 is the rest. */
export interface SealedOptions<I extends SealedIndex = SealedIndex> {
  class: 'C2';
  /** Whose key seals it: the installation's or that of the requester it belongs to. */
  scope: 'installation' | 'requester';
  /** The indexes that keyed hashes are kept for; none unless named. */
  index?: readonly I[];
  /** How everybody sees it; free text, in which numbers are looked for and masked, unless named. */
  mask?: MaskName;
}

/** A column of a table; `T` is the type of its value in a row, `S` how it is sealed. */
export interface Column<T = unknown, S extends SealedOptions | undefined = SealedOptions | undefined> {
  readonly kind: ColumnKind;
  /** Longest text in characters for `text`, bytes for `bytes`; 0 where the kind has no length. */
  readonly length: number;
  readonly isOptional: boolean;
  readonly sealed: S;
  /** Only for the type checker: the value's type in a row. */
  readonly valueType?: T;
}

/** A column that may still be made optional (NULL in the database, `null` in a row). */
export interface RequiredColumn<T, S extends SealedOptions | undefined = undefined> extends Column<T, S> {
  optional(): Column<T | null, S>;
}

/** Values that JSON columns hold. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

function column<T>(kind: ColumnKind, length = 0): RequiredColumn<T> {
  const base = { kind, length, sealed: undefined };
  return { ...base, isOptional: false, optional: () => ({ ...base, isOptional: true }) };
}

function sealedColumn<I extends SealedIndex>(
  sealed: SealedOptions<I>,
): RequiredColumn<Buffer, SealedOptions<I>> {
  const base = { kind: 'sealed' as const, length: 0, sealed };
  return { ...base, isOptional: false, optional: () => ({ ...base, isOptional: true }) };
}

/** Builders of columns. Texts over 1,000 characters are `clob`, which no WHERE or ORDER BY may name. */
export const col = {
  uuid: () => column<string>('uuid'),
  text: (characters: number) => column<string>('text', characters),
  clob: () => column<string>('clob'),
  int: () => column<number>('int'),
  flag: () => column<boolean>('flag'),
  instant: () => column<Date>('instant'),
  json: <T = Json>() => column<T>('json'),
  bytes: (length: number) => column<Buffer>('bytes', length),
  sealed: <I extends SealedIndex = never>(options: SealedOptions<I>) => sealedColumn<I>(options),
  tokens: () => column<bigint[]>('tokens'),
};

/** A named set of columns. */
export type Columns = Record<string, Column>;

/** Columns that a condition or an order may name: a sealed one holds other bytes each time it is written. */
export type OpenKey<C extends Columns> = {
  [K in keyof C & string]: C[K] extends Column<unknown, undefined> ? K : never;
}[keyof C & string];

/** Sealed columns. */
export type SealedKey<C extends Columns> = Exclude<keyof C & string, OpenKey<C>>;

/** The indexes that the classification of a column names. */
export type IndexOf<C extends Columns, K extends keyof C> =
  C[K] extends Column<unknown, SealedOptions<infer I>> ? I : never;

const INDEX_SUFFIX: Record<Exclude<SealedIndex, 'words'>, string> = {
  eq: '_bix',
  last4: '_last4_bix',
  prefix: '_prefix_bix',
};

/** The column of keyed hashes of a sealed one; an index that its classification does not name is a type error. */
export function hashColumn<C extends Columns, K extends SealedKey<C>>(
  { columns }: { columns: C },
  column: K,
  index: Exclude<IndexOf<C, K>, 'words'>,
): string {
  const named = (columns[column] as Column).sealed?.index ?? [];
  if (!named.includes(index)) throw new Error(`The column ${column} has no index ${String(index)}.`);
  return toSnakeCase(column).replace(/_enc$/, INDEX_SUFFIX[index as Exclude<SealedIndex, 'words'>]);
}

/** What everybody sees of a value of a sealed column, by its classification. */
export function maskOf<C extends Columns>(
  { columns }: { columns: C },
  column: SealedKey<C>,
): (value: string) => string {
  const mask = (columns[column] as Column).sealed?.mask;
  return mask === undefined ? maskText : MASKS[mask];
}

/** The row type of a set of columns. */
export type RowOfColumns<C extends Columns> = {
  [K in keyof C]: C[K] extends Column<infer T> ? T : never;
};

/** `openedAt` → `opened_at`. */
export function toSnakeCase(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
