import oracledb from 'oracledb';
import { AppError } from '../../../kernel/index.ts';
import type { Column, ColumnKind } from '../columns.ts';
import {
  cutParams,
  DatabaseConflict,
  kindOfParam,
  LIST_ITEMS_MAX,
  textFor,
  type Dialect,
  type Rendered,
} from './dialect.ts';

const CONFLICTS: Record<number, 'unique' | 'foreign' | 'check'> = {
  1: 'unique',
  2291: 'foreign',
  2292: 'foreign',
  2290: 'check',
};
/** A required value is missing, or a text is longer than its column. */
const REFUSED = new Set([1400, 1407, 12899]);
/** The server stops, starts, ended this session, takes no more of them, or its listener knows no such service. */
const UNAVAILABLE = new Set([
  ...[18, 20, 28, 1012, 1033, 1034, 1089, 1092, 2396, 3113, 3114, 3135],
  ...[12170, 12505, 12514, 12516, 12518, 12520, 12528, 12537, 12541, 12547, 12570],
]);
/** The driver's own codes for the same: a connection that is gone or never came to be, and a pool with none free. */
const DRIVER_UNAVAILABLE = /^NJS-(003|040|064|065|076|5\d\d)$/;
const STORAGE_FULL = new Set([1652, 1653, 1654, 1688, 1691, 30036]);

/** Whether a unique key refused a write (ORA-00001). */
export function isKeyTaken(error: unknown): boolean {
  return (error as { errorNum?: unknown }).errorNum === 1;
}

/** A value with the type it is bound as. */
export interface TypedBind {
  val: unknown;
  type: oracledb.DbType;
}

/** Longest text and longest bytes that are bound within a row; what is longer goes ahead as a LOB, in trips of its own. */
const INLINE_TEXT_BYTES = 4_000;
const INLINE_RAW_BYTES = 2_000;

/**
 * What the driver has to know of the columns of an array bind before it sees the rows: type, and the size of the largest
 * value, at least 1, also where every row has nothing. Of a plain insert, LOBs that are all short travel within the rows.
 */
export function bindDefsOf(
  rows: readonly (readonly TypedBind[])[],
  isInsert: boolean,
): { type: oracledb.DbType; maxSize?: number }[] {
  return (rows[0] ?? []).map(({ type }, index) => {
    const maxSize = rows.reduce((most, row) => Math.max(most, bytesOf(row[index]?.val)), 1);
    if (type === oracledb.DB_TYPE_CLOB && isInsert && maxSize <= INLINE_TEXT_BYTES)
      return { type: oracledb.DB_TYPE_VARCHAR, maxSize };
    if (type === oracledb.DB_TYPE_BLOB && isInsert && maxSize <= INLINE_RAW_BYTES)
      return { type: oracledb.DB_TYPE_RAW, maxSize };
    return type === oracledb.DB_TYPE_VARCHAR || type === oracledb.DB_TYPE_RAW ? { type, maxSize } : { type };
  });
}

function bytesOf(value: unknown): number {
  if (Buffer.isBuffer(value)) return value.length;
  return typeof value === 'string' ? Buffer.byteLength(value) : 0;
}

/** Marks the one bind of a list; the session expands it to as many binds as the padded list has. */
export const LIST_MARK = '\u0000';

/** Lists are padded to these lengths by repeating the last value, so that few statement texts exist. */
const LIST_LENGTHS = [1, 8, 64, LIST_ITEMS_MAX];

/** Oracle 19c and newer through node-oracledb's thin mode. */
export const oracle: Dialect = {
  name: 'oracle',

  render(statement, part): Rendered {
    const positions: { param: string; kind: ColumnKind; isList: boolean }[] = [];
    const words = cutParams(textFor(statement, 'oracle', part)).map((piece) => {
      if ('text' in piece) return piece.text;
      positions.push({ ...piece, kind: kindOfParam(statement, piece.param) });
      return piece.isList ? LIST_MARK : `:${positions.length}`;
    });
    return { name: statement.name, text: words.join(''), positions };
  },

  encode(kind, value) {
    const isNull = value === null || value === undefined || value === '';
    switch (kind) {
      case 'instant':
        return { val: isNull ? null : value, type: oracledb.DB_TYPE_TIMESTAMP };
      case 'flag':
        return { val: isNull ? null : value === true ? 1 : 0, type: oracledb.DB_TYPE_NUMBER };
      case 'int':
        return { val: isNull ? null : value, type: oracledb.DB_TYPE_NUMBER };
      case 'json':
        return { val: isNull ? null : JSON.stringify(value), type: oracledb.DB_TYPE_CLOB };
      case 'clob':
        return { val: isNull ? null : value, type: oracledb.DB_TYPE_CLOB };
      // Bound with its type: an untyped Buffer goes out as VARCHAR2 and is refused with ORA-01461.
      case 'bytes':
        return { val: isNull ? null : value, type: oracledb.DB_TYPE_RAW };
      case 'sealed':
        return { val: isNull ? null : value, type: oracledb.DB_TYPE_BLOB };
      case 'tokens':
        throw new Error('Search tokens live in a side table on Oracle.');
      default:
        return { val: isNull ? null : value, type: oracledb.DB_TYPE_VARCHAR };
    }
  },

  encodeList(kind, values) {
    const length = LIST_LENGTHS.find((candidate) => candidate >= values.length) ?? LIST_ITEMS_MAX;
    return Array.from({ length }, (_, index) =>
      this.encode(kind, values[Math.min(index, values.length - 1)]),
    );
  },

  decode(kind, raw) {
    if (raw === null || raw === undefined) return null;
    if (kind === 'flag') return raw === 1;
    if (kind === 'json') return JSON.parse(raw as string);
    if (kind === 'int') return Number(raw);
    return raw;
  },

  columnType(column: Column) {
    switch (column.kind) {
      case 'uuid':
        return { type: 'varchar2', length: 36 };
      case 'text':
        return { type: 'varchar2', length: column.length };
      case 'clob':
      case 'json':
        return { type: 'clob' };
      case 'int':
      case 'flag':
        return { type: 'number' };
      case 'instant':
        return { type: 'timestamp', precision: 3 };
      case 'bytes':
        return { type: 'raw', length: column.length };
      default:
        return { type: 'blob' };
    }
  },

  translateError(error) {
    const { errorNum, message, code } = error as { errorNum?: unknown; message?: unknown; code?: unknown };
    if (typeof code === 'string' && DRIVER_UNAVAILABLE.test(code)) {
      return new AppError('storage.unavailable', { cause: error });
    }
    if (typeof errorNum !== 'number') return error;
    const conflict = CONFLICTS[errorNum];
    if (conflict) {
      const constraint = /\(([^)]+)\)/.exec(String(message))?.[1]?.split('.').at(-1) ?? '';
      return new DatabaseConflict(conflict, constraint.toLowerCase(), error);
    }
    if (REFUSED.has(errorNum)) return new AppError('storage.value_refused', { cause: error });
    if (STORAGE_FULL.has(errorNum)) return new AppError('storage.full', { cause: error });
    if (UNAVAILABLE.has(errorNum)) return new AppError('storage.unavailable', { cause: error });
    return error;
  },
};
