import { JSON_TABLE, LATERAL, withJsonRows, withRanks } from './rewrites.ts';

const CUT = /\bTRUNC\(([\w.]+), '(HH24|DD)'\)/;
const UNIQUE_OVER_CASE =
  /^\s*CREATE\s+UNIQUE\s+INDEX\s+(\w+)\s+ON\s+(\w+)\s*\(\s*(CASE\b[^,]*?\bEND)((?:\s*,\s*\w+)*)\s*\)\s*$/i;
/** Columns the stand-in adds; the dictionary view leaves them out. */
export const COMPUTED = 'X_OF_';

/** One thing H2 cannot run. */
export interface LackOfH2 {
  what: string;
  /** The texts it is in. */
  pattern: RegExp;
  instead: 'skip' | ((sql: string) => string | string[]);
  /** Who says it where it is no statement and no schema step of the product. */
  saidBy?: string;
  /** Tests with nothing to look at without it, by their full titles; every other one has to run. */
  tests?: readonly string[];
}

/** The trigger of a purge removes the entries; nothing of it runs without. */
const PURGE_TESTS = [
  'is tried first without a change, by periods that two people shorten, and shows its archive',
  'takes the oldest whole seals, and every verifier finds what is left and the archive whole',
  'is repeated without effect, goes on with the next order, and stands in the trail with both people',
  'dies between its turns, verifies then too, and goes on where it stood',
  'leaves a seal with one entry of a class that is kept longer, and everything behind it',
  'stops before an entry that a hold covers, by customer, account, ticket, or period',
  'removes nothing when the archive does not verify as whole',
  'and what the database itself refuses › entries below the floor, seals beyond a decision, a decision of one person, and any other deletion',
  'and what the database itself refuses › a beginning that was cut without a purge, one that nobody decided, and an entry put back, are all found',
  'takes two people with the right to it: no administrator, and nobody alone',
].map((title) => `a purge of the trail › ${title}`);

/**
 * What H2 cannot run, and how the stand-in deals with it. Each `skip` and each rewriting is covered by the grammar check of
 * the original text instead; nothing else is changed on the way.
 */
export const NOT_IN_H2: readonly LackOfH2[] = [
  {
    what: 'PL/SQL: triggers that protect the trail and sealed columns, interval partitions, and other blocks',
    pattern:
      /^\s*(CREATE\s+(OR\s+REPLACE\s+)?(TRIGGER|PROCEDURE|FUNCTION|PACKAGE)|DROP\s+(TRIGGER|PACKAGE)|BEGIN|DECLARE)\b/i,
    instead: 'skip',
    tests: [
      'articles › have versions that not even SQL changes',
      'flows in conversations › cannot be changed behind the application',
      'a witness of another trail › keeps what it saw, whoever deletes it by SQL',
      'sealed columns › refuse plain text that somebody writes by SQL',
      ...PURGE_TESTS,
    ],
  },
  {
    what: 'session settings, and switching triggers',
    pattern: /^\s*(ALTER\s+SESSION|SET\s+TRANSACTION|ALTER\s+TRIGGER)\b/i,
    instead: 'skip',
    saidBy: 'TypeORM, the way in of the migration runner, and specs that tamper',
  },
  {
    what: 'the recycle bin',
    pattern: /^\s*DROP\s+TABLE\b[\s\S]*\bPURGE\s*$/i,
    instead: (sql) => sql.replace(/\bPURGE\s*$/i, ''),
    saidBy: 'the suite, when it empties a schema',
  },
  {
    what: 'tables kept in their index',
    pattern: /\bORGANIZATION\s+INDEX\b/i,
    instead: (sql) => sql.replace(/\bORGANIZATION\s+INDEX\b/i, ''),
  },
  {
    what: 'free space of blocks',
    pattern: /\bPCTFREE\s+\d+/i,
    instead: (sql) => sql.replace(/\bPCTFREE\s+\d+/gi, ''),
  },
  {
    what: 'unique indexes over an expression: the expression becomes a computed column',
    pattern: UNIQUE_OVER_CASE,
    instead: (sql) => {
      const [, name, table, expression, rest] = UNIQUE_OVER_CASE.exec(sql) as unknown as string[];
      return [
        `ALTER TABLE ${table} ADD ${COMPUTED}${name} VARCHAR(1000) GENERATED ALWAYS AS (${expression})`,
        `CREATE UNIQUE INDEX ${name} ON ${table} (${COMPUTED}${name}${rest})`,
      ];
    },
  },
  {
    what: 'instants cut to their hour or day: the function has another name',
    pattern: CUT,
    instead: (sql) =>
      sql.replace(new RegExp(CUT, 'g'), (_whole, at: string, to: string) => {
        const unit = to === 'DD' ? 'DAY' : 'HOUR';
        return `DATE_TRUNC('${unit}', ${at})`;
      }),
  },
  {
    what: 'the fraction of the seconds of an interval: taken from all its seconds',
    pattern: /\bEXTRACT\s*\(\s*SECOND\s+FROM\b/i,
    instead: (sql) =>
      sql.replace(/\bEXTRACT\s*\(\s*SECOND\s+FROM\s+(\w+)\s*\)/gi, 'MOD(EXTRACT(EPOCH FROM $1), 60)'),
  },
  {
    what: 'indexes over an expression',
    pattern: /^\s*CREATE\s+INDEX\b[^(]*\([\s\S]*\bCASE\b/i,
    instead: 'skip',
  },
  {
    what: 'JSON_TABLE: a function of the same columns',
    pattern: JSON_TABLE,
    instead: withJsonRows,
  },
  {
    what: 'LATERAL: the rows of all are ranked and joined',
    pattern: LATERAL,
    instead: withRanks,
  },
  {
    what: 'a bound number times an interval, which has to have its type said',
    pattern: /\?\s*\*\s*INTERVAL\b/i,
    instead: (sql) => sql.replace(/\?\s*\*\s*INTERVAL\b/gi, 'CAST(? AS INTEGER) * INTERVAL'),
  },
  {
    what: 'LENGTHB, by its standard name',
    pattern: /\bLENGTHB\s*\(/i,
    instead: (sql) => sql.replace(/\bLENGTHB\s*\(/gi, 'OCTET_LENGTH('),
  },
  {
    what: 'package DBMS_LOB',
    pattern: /\bDBMS_LOB\.COMPARE\s*\(/i,
    instead: (sql) => sql.replace(/\bDBMS_LOB\.COMPARE\s*\(/gi, 'LOB_COMPARE('),
  },
  {
    what: 'package UTL_RAW',
    pattern: /\bUTL_RAW\.LENGTH\s*\(/i,
    instead: (sql) => sql.replace(/\bUTL_RAW\.LENGTH\s*\(/gi, 'RAW_LENGTH('),
  },
];
