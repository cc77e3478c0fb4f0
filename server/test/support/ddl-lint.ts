import type { Dialect } from '../../../migrations/index.ts';

interface DdlRule {
  fault: string;
  pattern: RegExp;
  dialects: readonly Dialect[];
  /** About columns of tables; what a function or a block calls its variables is its own affair. */
  isOfColumns?: true;
}

const BOTH: readonly Dialect[] = ['postgres', 'oracle'];

/** What a schema step may not say, because only one database knows it or because it means something else on the other. */
const RULES: readonly DdlRule[] = [
  { fault: 'IF [NOT] EXISTS', pattern: /\bIF\s+(NOT\s+)?EXISTS\b/i, dialects: BOTH },
  {
    fault: 'an identity or a sequence',
    pattern: /\b(IDENTITY|BIG)?SERIAL\b|\bIDENTITY\b|\bSEQUENCE\b/i,
    dialects: BOTH,
  },
  {
    fault: 'an id made by the database',
    pattern: /\b(gen_random_uuid|uuid_generate_v\d\w*|uuidv7|SYS_GUID)\s*\(/i,
    dialects: BOTH,
  },
  { fault: 'a native enum', pattern: /\bAS\s+ENUM\b/i, dialects: ['postgres'] },
  { fault: 'a boolean column', pattern: /\bboolean\b/i, dialects: BOTH, isOfColumns: true },
  { fault: 'jsonb instead of text', pattern: /\bjsonb?\b/i, dialects: BOTH },
  { fault: 'a time with a zone', pattern: /\btimestamptz\b|WITH (LOCAL )?TIME ZONE/i, dialects: BOTH },
  {
    fault: 'a time without (3)',
    pattern: /\btimestamp(?!\s*\(3\))(?!\s+')\b/i,
    dialects: BOTH,
    isOfColumns: true,
  },
  {
    fault: 'a time made by the database',
    pattern: /\bnow\(\)|\bSYSDATE\b|CURRENT_TIMESTAMP|SYSTIMESTAMP/i,
    dialects: BOTH,
  },
  { fault: 'meaning in an empty string', pattern: /''(?!')(?<!'''')/, dialects: BOTH },
  // An id is 36 bytes in any character set.
  {
    fault: 'VARCHAR2 in bytes',
    pattern: /VARCHAR2\s*\(\s*(?!36\b)\d+\s*\)/i,
    dialects: ['oracle'],
    isOfColumns: true,
  },
  {
    fault: 'VARCHAR2 over 1,000 characters',
    pattern: /VARCHAR2\s*\(\s*(?:1(?!000\b)\d{3}|[2-9]\d{3}|\d{5,})\s*CHAR/i,
    dialects: ['oracle'],
  },
  {
    fault: 'a type of the other database',
    pattern: /\b(uuid|bytea|bigint|smallint|text|varchar)\b(?=[\s,(])/i,
    dialects: ['oracle'],
  },
  {
    fault: 'a type of the other database',
    pattern: /\b(VARCHAR2|NUMBER|CLOB|BLOB|RAW)\b/,
    dialects: ['postgres'],
  },
  { fault: 'ADD COLUMN (Oracle says ADD)', pattern: /\bADD\s+COLUMN\b/i, dialects: ['oracle'] },
  { fault: 'name over 29 characters (ORA-00972)', pattern: /\b[a-z_][a-z0-9_]{29,}\b/, dialects: BOTH },
];

/** Every fault that `lintDdl` knows, for the test that plants each of them. */
export const DDL_FAULTS: readonly string[] = [...new Set(RULES.map(({ fault }) => fault))];

const PROGRAM = /^\s*(DO|BEGIN|DECLARE|CREATE\s+(OR\s+REPLACE\s+)?(FUNCTION|PROCEDURE|TRIGGER|PACKAGE))\b/i;

/** Programs of the database that go by its own clock on purpose: nobody else's may shorten what is kept, or name a month. */
const OWN_CLOCK = /\b(tr_)?audit_purge_apply\b|\bthis_month\b/i;

/** What is wrong with one statement of a schema step, in words; empty when nothing is. */
export function lintDdl(statement: string, dialect: Dialect): string[] {
  // A comment on a table is prose; so is what a trigger says when it refuses.
  const bare = statement.replace(/--[^\n]*/g, '').replace(/'(?:[^']|'')+'/g, "'x'");
  if (/^COMMENT\s+ON\b/i.test(bare)) return [];
  const isProgram = PROGRAM.test(bare);
  const applies = ({ fault, isOfColumns }: DdlRule) =>
    !isProgram || (!isOfColumns && !(fault === 'a time made by the database' && OWN_CLOCK.test(bare)));
  return RULES.filter(
    (rule) => rule.dialects.includes(dialect) && applies(rule) && rule.pattern.test(bare),
  ).map(({ fault }) => fault);
}
