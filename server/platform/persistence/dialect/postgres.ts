import { AppError } from '../../../kernel/index.ts';
import type { Column, ColumnKind } from '../columns.ts';
import { cutParams, DatabaseConflict, kindOfParam, textFor, type Dialect, type Rendered } from './dialect.ts';

const CONFLICTS: Record<string, 'unique' | 'foreign' | 'check'> = {
  '23505': 'unique',
  '23503': 'foreign',
  '23514': 'check',
};

/** A required value is missing, or a text is longer than its column. */
const REFUSED = new Set(['23502', '22001']);

/** SQLSTATE classes and codes after which the connection, not the statement, is at fault. */
const UNAVAILABLE = /^(08|57P|53300)/;
const NETWORK_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'EACCES']);

/** A UTC instant as `timestamp(3)` text; the column has no zone, so no session setting can shift it. */
export function instantText(at: Date): string {
  return at.toISOString().slice(0, 23).replace('T', ' ');
}

function quoteElement(text: string): string {
  // Two plain searches are cheaper than one pattern, and most elements hold neither character.
  const escaped = text.includes('\\') ? text.replaceAll('\\', '\\\\') : text;
  return `"${escaped.includes('"') ? escaped.replaceAll('"', '\\"') : escaped}"`;
}

function arrayElement(kind: ColumnKind, value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  const encoded = postgres.encode(kind, value);
  if (encoded === null) return 'NULL';
  if (Buffer.isBuffer(encoded)) return `"\\\\x${encoded.toString('hex')}"`;
  if (typeof encoded === 'number') return String(encoded);
  return quoteElement(String(encoded));
}

/** Array literals written by hand: measured cheaper than the driver's element-wise escaping on the batch path. */
function arrayLiteral(kind: ColumnKind, values: readonly unknown[]): string {
  let literal = '{';
  let before: unknown;
  let element = '';
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    // Neighbours often hold the same: the node, the action, the state.
    if (index === 0 || value !== before) element = arrayElement(kind, value);
    before = value;
    literal += index === 0 ? element : `,${element}`;
  }
  return `${literal}}`;
}

/** Ends the name a text is prepared under. */
const PART_MARKS = { first: '', next: '+', many: '*' } as const;

/** PostgreSQL 14 and newer through `pg`; values travel as text, rows come back as text. */
export const postgres: Dialect = {
  name: 'postgres',

  render(statement, part): Rendered {
    const positions: { param: string; kind: ColumnKind; isList: boolean }[] = [];
    const numberOf = new Map<string, number>();
    const words: string[] = [];
    for (const piece of cutParams(textFor(statement, 'postgres', part))) {
      if ('text' in piece) {
        words.push(piece.text);
        continue;
      }
      let number = numberOf.get(piece.param);
      if (number === undefined) {
        positions.push({ ...piece, kind: kindOfParam(statement, piece.param) });
        number = positions.length;
        numberOf.set(piece.param, number);
      }
      words.push(piece.isList ? `\u0000${number}` : `$${number}`);
    }
    // A list is one parameter of any length here, so one prepared plan serves every list.
    const text = words
      .join('')
      .replace(/\bIN \(\u0000(\d+)\)/g, '= ANY($$$1)')
      .replace(/\u0000(\d+)/g, '$$$1');
    return { name: `${statement.name}${PART_MARKS[part]}`, text, positions };
  },

  encode(kind, value) {
    // An empty text is no text: Oracle cannot tell them apart, so nothing here may either.
    if (value === null || value === undefined || value === '') return null;
    if (kind === 'instant') return instantText(value as Date);
    if (kind === 'flag') return value === true ? 1 : 0;
    if (kind === 'json') return JSON.stringify(value);
    if (kind === 'tokens') return `{${(value as bigint[]).join(',')}}`;
    return value;
  },

  encodeList: (kind, values) => arrayLiteral(kind, values),

  decode(kind, raw) {
    if (raw === null || raw === undefined) return null;
    const text = raw as string;
    switch (kind) {
      case 'int':
        return Number(text);
      case 'flag':
        return text === '1';
      case 'instant':
        return new Date(`${text.replace(' ', 'T')}Z`);
      case 'json':
        return JSON.parse(text);
      case 'bytes':
      case 'sealed':
        return Buffer.from(text.slice(2), 'hex');
      case 'tokens':
        return text === '{}' ? [] : text.slice(1, -1).split(',').map(BigInt);
      default:
        return text;
    }
  },

  columnType(column: Column) {
    switch (column.kind) {
      case 'uuid':
        return { type: 'uuid' };
      case 'text':
        return { type: 'varchar', length: column.length };
      case 'clob':
      case 'json':
        return { type: 'text' };
      case 'int':
        return { type: 'bigint' };
      case 'flag':
        return { type: 'smallint' };
      case 'instant':
        return { type: 'timestamp', precision: 3 };
      case 'tokens':
        return { type: 'bigint', isArray: true };
      default:
        return { type: 'bytea' };
    }
  },

  translateError(error) {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown };
    if (typeof code !== 'string') {
      const message = error instanceof Error ? error.message : '';
      return /Connection terminated|connection error|not queryable|timeout exceeded|read timeout/i.test(
        message,
      )
        ? new AppError('storage.unavailable', { cause: error })
        : error;
    }
    const conflict = CONFLICTS[code];
    if (conflict) return new DatabaseConflict(conflict, String(constraint ?? ''), error);
    if (REFUSED.has(code)) return new AppError('storage.value_refused', { cause: error });
    if (code === '53100') return new AppError('storage.full', { cause: error });
    if (UNAVAILABLE.test(code) || NETWORK_CODES.has(code)) {
      return new AppError('storage.unavailable', { cause: error });
    }
    return error;
  },
};
/** The type of a column as PostgreSQL writes it: `varchar`, `timestamp(3)`. */
export function postgresType(column: Column): string {
  const { type, precision } = postgres.columnType(column);
  return `${type}${precision ? `(${precision})` : ''}`;
}
