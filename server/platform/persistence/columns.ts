/**
 * Logical columns: what a value means, from which each dialect derives its type, its binding, and its reading.
 * A sealed column holds an envelope of platform/crypto; its class and scope say why.
 */

/** How a value is kept. `instant` is UTC to the millisecond, `flag` 0 or 1, `sealed` an encryption envelope. */
export type ColumnKind =
  'uuid' | 'text' | 'clob' | 'int' | 'flag' | 'instant' | 'json' | 'bytes' | 'sealed' | 'tokens';

/** Sensitivity of personal and financial data (JR/T 0171): C3 is never stored, C2 is sealed, C1 is the rest. */
export interface SealedOptions {
  class: 'C2';
  /** Whose key seals it: the installation's or that of the requester it belongs to. */
  scope: 'installation' | 'requester';
}

/** A column of a table; `T` is the type of its value in a row. */
export interface Column<T = unknown> {
  readonly kind: ColumnKind;
  /** Longest text in characters for `text`, bytes for `bytes`; 0 where the kind has no length. */
  readonly length: number;
  readonly isOptional: boolean;
  readonly sealed: SealedOptions | undefined;
  /** Only for the type checker: the value's type in a row. */
  readonly valueType?: T;
}

/** A column that may still be made optional (NULL in the database, `null` in a row). */
export interface RequiredColumn<T> extends Column<T> {
  optional(): Column<T | null>;
}

/** Values that JSON columns hold. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

function column<T>(kind: ColumnKind, length = 0, sealed?: SealedOptions): RequiredColumn<T> {
  const base = { kind, length, sealed };
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
  sealed: (options: SealedOptions) => column<Buffer>('sealed', 0, options),
  tokens: () => column<bigint[]>('tokens'),
};

/** A named set of columns. */
export type Columns = Record<string, Column>;

/** The row type of a set of columns. */
export type RowOfColumns<C extends Columns> = {
  [K in keyof C]: C[K] extends Column<infer T> ? T : never;
};

/** `openedAt` → `opened_at`. */
export function toSnakeCase(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
