import { AppError } from '../../kernel/index.ts';
import { readCsv } from '../../platform/documents/index.ts';

/** By what somebody on the staff is known as a customer. */
export const STAFF_KINDS = ['phone', 'id-number', 'customer-number'] as const;
/** One of them. */
export type StaffKind = (typeof STAFF_KINDS)[number];

/** Limits of the staff list. */
export const STAFF_RULES = {
  bytesMax: 2 * 1024 * 1024,
  /** Accounts of one file; all of them are written together. */
  rowsMax: 500,
  cellCharactersMax: 1_000,
  /** Numbers of one account, of all kinds. */
  perAccountMax: 20,
  /** Numbers of the whole list: each look for alerts goes through all of them. */
  tokensMax: 100_000,
  /** Faults that an answer shows; all of them are counted. */
  faultsShownMax: 200,
} as const;

/** Numbers of one account, as they are typed. */
export type StaffNumbers = Readonly<Record<StaffKind, readonly string[]>>;

/** Columns of the file, and what each holds. Several numbers of a kind stand in one cell with `;` between. */
const COLUMNS = {
  username: 'username',
  phone: 'phone',
  idNumber: 'id-number',
  customerNumber: 'customer-number',
} as const;
/** Name of a column. */
export type StaffColumn = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as StaffColumn[];

/** What can be wrong with a row. The codes are permanent. */
export const STAFF_FAULTS = [
  ...(['cells', 'username_unknown', 'username_repeated', 'no_number', 'too_many'] as const),
  ...(['phone_invalid', 'id_number_invalid', 'customer_number_invalid'] as const),
] as const;
/** One of them. */
export type StaffFaultCode = (typeof STAFF_FAULTS)[number];

/** A fault of a row at the line where it begins; `column` is null when the whole row is meant. */
export interface StaffFault {
  line: number;
  column: StaffColumn | null;
  code: StaffFaultCode;
}

/** A row of the file. */
export interface StaffLine {
  line: number;
  username: string;
  numbers: StaffNumbers;
}

/** What was read: rows with as many cells as the header, and the lines of the others. */
export interface StaffFile {
  encoding: 'utf-8' | 'gb18030';
  lines: StaffLine[];
  oddLines: number[];
}

/** Reads a file of staff. Throws `import.unreadable`, `staff.header`, `import.empty`, `import.too_many_rows`. */
export function readStaffFile(bytes: Buffer): StaffFile {
  const { encoding, rows } = readCsv(bytes, STAFF_RULES);
  const [head, ...body] = rows;
  if (head === undefined) throw new AppError('import.empty');
  const columns = head.cells.map((cell) => NAMES.find((name) => name.toLowerCase() === cell.toLowerCase()));
  const isWhole = columns.includes('username') && columns.length > 1;
  if (!isWhole || columns.includes(undefined) || new Set(columns).size < columns.length)
    throw new AppError('staff.header', { details: { expected: NAMES.join(',') } });
  if (body.length === 0) throw new AppError('import.empty');
  const lines = body.filter(({ cells }) => cells.length === columns.length);
  return {
    encoding,
    lines: lines.map(({ line, cells }) => {
      const of = (name: StaffColumn) => cells[columns.indexOf(name)] ?? '';
      const numbers = {
        phone: split(of('phone')),
        'id-number': split(of('idNumber')),
        'customer-number': split(of('customerNumber')),
      };
      return { line, username: of('username'), numbers };
    }),
    oddLines: body.filter(({ cells }) => cells.length !== columns.length).map(({ line }) => line),
  };
}

function split(cell: string): string[] {
  const parts = cell.split(/[;；]/).map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ''))];
}

/** The column that a kind of numbers stands in. */
export function columnOf(kind: StaffKind): StaffColumn {
  return NAMES.find((name) => COLUMNS[name] === kind) as StaffColumn;
}

/** The code for a number that can be none of its kind. */
export function invalidOf(kind: StaffKind): StaffFaultCode {
  return `${kind.replace('-', '_')}_invalid` as StaffFaultCode;
}
