import type { Column, ColumnKind } from '../columns.ts';
import type { Statement } from '../statements.ts';

/** The databases the product runs on. */
export type DialectName = 'postgres' | 'oracle';

/** A statement in one database's words: its text and, in order of position, which parameter goes where. */
export interface Rendered {
  name: string;
  text: string;
  positions: readonly { param: string; kind: ColumnKind; isList: boolean }[];
}

/** Which text of a statement is meant: the first page, a later one, or the one for many sets of parameters. */
export type TextPart = 'first' | 'next' | 'many';

/** Everything that differs between the databases; nothing outside this folder asks which one is running. */
export interface Dialect {
  readonly name: DialectName;
  render(statement: Statement, part: TextPart): Rendered;
  /** A row value in the form the driver binds. */
  encode(kind: ColumnKind, value: unknown): unknown;
  /** A list for `IN (:x...)` in the form the driver binds. */
  encodeList(kind: ColumnKind, values: readonly unknown[]): unknown;
  /** A driver's value in the form a row holds. */
  decode(kind: ColumnKind, raw: unknown): unknown;
  /** The physical type, as TypeORM names it. */
  columnType(column: Column): { type: string; length?: number; precision?: number; isArray?: boolean };
  /** Turns a driver's error into an AppError or a DatabaseConflict where it has a meaning for callers. */
  translateError(error: unknown): unknown;
}

/** A unique key, a foreign key, or a check refused a write; `constraint` is its lower-case name. */
export class DatabaseConflict extends Error {
  readonly kind: 'unique' | 'foreign' | 'check';
  readonly constraint: string;

  constructor(kind: 'unique' | 'foreign' | 'check', constraint: string, cause: unknown) {
    super(`The database refused a write by ${constraint}.`, { cause });
    this.name = 'DatabaseConflict';
    this.kind = kind;
    this.constraint = constraint;
  }
}

/** Most values of one `IN` list; Oracle refuses more than 1,000 (ORA-01795). */
export const LIST_ITEMS_MAX = 500;

/** One piece of a statement's text: words to keep, or a parameter. */
export type Piece = { text: string } | { param: string; isList: boolean };

const PARAM = /:([a-zA-Z][a-zA-Z0-9]*)(\.\.\.)?/g;

/** Cuts `:name` and `:name...` out of a text; what stands in quotes is left alone. */
export function cutParams(sql: string): Piece[] {
  const pieces: Piece[] = [];
  sql.split(/('(?:[^']|'')*')/).forEach((part, index) => {
    if (index % 2 === 1) {
      pieces.push({ text: part });
      return;
    }
    let end = 0;
    for (const match of part.matchAll(PARAM)) {
      pieces.push({ text: part.slice(end, match.index) });
      pieces.push({ param: match[1] as string, isList: match[2] !== undefined });
      end = match.index + match[0].length;
    }
    pieces.push({ text: part.slice(end) });
  });
  return pieces.filter((piece) => !('text' in piece) || piece.text !== '');
}

/** One of the texts of a statement for a database. */
export function textFor(statement: Statement, dialect: DialectName, part: TextPart): string {
  if (part !== 'first') {
    const text = part === 'next' ? statement.nextPageSql : statement.manySql;
    if (text === undefined) throw new Error(`Statement ${statement.name} has no text for ${part}.`);
    return text;
  }
  return typeof statement.sql === 'string' ? statement.sql : statement.sql[dialect];
}

/** The kind of a parameter; throws for one the statement did not declare. */
export function kindOfParam(statement: Statement, param: string): ColumnKind {
  const kind = statement.params[param];
  if (kind === undefined) throw new Error(`Statement ${statement.name} has no parameter ${param}.`);
  return kind;
}
