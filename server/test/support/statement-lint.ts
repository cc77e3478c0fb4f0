/** Longest list of an IN; Oracle itself ends at 1,000. */
const LIST_ITEMS_MAX = 500;

/** Rules that a statement for both databases keeps; what only one of them may say is listed with it. */
const RULES: readonly { fault: string; pattern: RegExp; allowed?: 'postgres' }[] = [
  { fault: 'LIMIT instead of FETCH FIRST (ORA-00933)', pattern: /\bLIMIT\s+[$:\d]/i },
  { fault: 'OFFSET instead of a keyset', pattern: /\bOFFSET\b/i },
  { fault: ':: cast', pattern: /::/, allowed: 'postgres' },
  { fault: 'ILIKE', pattern: /\bILIKE\b/i },
  { fault: 'RETURNING', pattern: /\bRETURNING\b/i },
  { fault: 'now() instead of a bound instant', pattern: /\bnow\(\)|\bSYSDATE\b|CURRENT_TIMESTAMP/i },
  { fault: 'meaning in an empty string', pattern: /''(?!')(?<!'''')/ },
  { fault: 'row limit with a lock (ORA-02014)', pattern: /FETCH FIRST.*FOR UPDATE/i },
  { fault: 'SKIP LOCKED (claim by an atomic UPDATE)', pattern: /\bSKIP\s+LOCKED\b/i },
  { fault: 'NOWAIT', pattern: /\bNOWAIT\b/i },
  { fault: 'row values compared', pattern: /\(\s*\w+(?:\s*,\s*\w+)+\s*\)\s*[<>]/ },
  { fault: 'boolean literal', pattern: /\b(true|false)\b/i },
  { fault: 'ON CONFLICT', pattern: /\bON CONFLICT\b/i, allowed: 'postgres' },
  { fault: 'SELECT without FROM (ORA-00923)', pattern: /^SELECT\b(?!.*\bFROM\b)/i },
  { fault: '= ANY', pattern: /=\s*ANY\s*\(/i, allowed: 'postgres' },
  { fault: 'array operator', pattern: /@>|&&|\bARRAY\[/i, allowed: 'postgres' },
  { fault: 'table alias with AS (ORA-00933)', pattern: /\b(FROM|JOIN)\s+\w+\s+AS\s/i, allowed: 'postgres' },
  { fault: 'name over 29 characters (ORA-00972)', pattern: /\b[a-z_][a-z0-9_]{29,}\b/ },
];

/** What is wrong with a rendered statement, in words; empty when nothing is. */
export function lintStatement(text: string, dialect: 'postgres' | 'oracle'): string[] {
  const bare = text.replace(/'(?:[^']|'')+'/g, "'x'");
  const faults = RULES.filter(({ pattern, allowed }) => allowed !== dialect && pattern.test(bare)).map(
    ({ fault }) => fault,
  );
  const lists = [...bare.matchAll(/\bIN\s*\(([^()]*)\)/gi)].map((match) => match[1] as string);
  const hasLongList = lists.some((list) => list.split(',').length > LIST_ITEMS_MAX);
  return hasLongList ? [...faults, `list of over ${LIST_ITEMS_MAX} (ORA-01795)`] : faults;
}

/** Oracle's reserved words (V$RESERVED_WORDS, RESERVED = 'Y'); a table or column of such a name needs quotes. */
export const ORACLE_RESERVED: ReadonlySet<string> = new Set(
  (
    'ACCESS ADD ALL ALTER AND ANY AS ASC AUDIT BETWEEN BY CHAR CHECK CLUSTER COLUMN COLUMN_VALUE COMMENT COMPRESS ' +
    'CONNECT CREATE CURRENT DATE DECIMAL DEFAULT DELETE DESC DISTINCT DROP ELSE EXCLUSIVE EXISTS FILE FLOAT FOR FROM ' +
    'GRANT GROUP HAVING IDENTIFIED IMMEDIATE IN INCREMENT INDEX INITIAL INSERT INTEGER INTERSECT INTO IS LEVEL LIKE ' +
    'LOCK LONG MAXEXTENTS MINUS MLSLABEL MODE MODIFY NESTED_TABLE_ID NOAUDIT NOCOMPRESS NOT NOWAIT NULL NUMBER OF ' +
    'OFFLINE ON ONLINE OPTION OR ORDER PCTFREE PRIOR PUBLIC RAW RENAME RESOURCE REVOKE ROW ROWID ROWNUM ROWS SELECT ' +
    'SESSION SET SHARE SIZE SMALLINT START SUCCESSFUL SYNONYM SYSDATE TABLE THEN TO TRIGGER UID UNION UNIQUE UPDATE ' +
    'USER VALIDATE VALUES VARCHAR VARCHAR2 VIEW WHENEVER WHERE WITH'
  ).split(' '),
);
