/** Limits of account imports. */
export const IMPORT_RULES = {
  bytesMax: 2 * 1024 * 1024,
  /** Accounts of one file, so that one unit of work makes them all, each with its own entry in the trail. */
  rowsMax: 500,
  cellCharactersMax: 1_000,
  /** Faults that are kept and shown; all of them are counted. */
  faultsShownMax: 200,
  /** First rows that an answer shows, so that a wrong encoding is seen. */
  sampleRowsMax: 20,
  /** Passwords of one file. Each takes a hash, and a proxy waits for an answer for a minute. */
  passwordsPerFile: 100,
  passwordsAtOnce: 2,
  /** Imports that the list shows. */
  listedMax: 20,
  /** User names in one line of what an approver sees. */
  namesPerLine: 7,
} as const;

/** Columns of the file, by the names in its first row; `locale` may be left out. */
export const IMPORT_COLUMNS = ['username', 'displayName', 'roles', 'unit', 'locale'] as const;

/** Name of a column. */
export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

/** What can be wrong with a row. The codes are permanent. */
export const IMPORT_FAULTS = [
  'cells',
  'username_invalid',
  'username_repeated',
  'display_name_invalid',
  'display_name_formula',
  'roles_missing',
  'roles_too_many',
  'role_unknown',
  'role_administrator',
  'unit_unknown',
  'locale_unknown',
  'account_state',
  'account_administrator',
  'account_differs',
] as const;

/** A fault of a row at the line where it begins; `column` is null when the whole row is meant. */
export interface ImportFault {
  line: number;
  column: ImportColumn | null;
  code: (typeof IMPORT_FAULTS)[number];
}

/** A row of the file. `line` counts lines of the file from 1, the first one of a row over several. */
export interface ImportRow {
  line: number;
  username: string;
  displayName: string;
  roles: string[];
  unit: string;
  locale: string;
}

/** What a row would do. */
export type ImportOutcome = 'new' | 'changed' | 'unchanged';

/** A row without faults. */
export interface ImportLine extends ImportRow {
  outcome: ImportOutcome;
}

/** Languages of the console that a row may name. */
export const IMPORT_LOCALES: readonly string[] = ['zh-CN', 'en'];

/** How many accounts get each role, the most frequent first. */
export function countRoles(lines: readonly ImportLine[]): [role: string, accounts: number][] {
  const counts = new Map<string, number>();
  for (const role of lines.flatMap(({ roles }) => roles)) counts.set(role, (counts.get(role) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
