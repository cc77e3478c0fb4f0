/** Longest list of an IN; Oracle itself ends at 1,000. */
const LIST_ITEMS_MAX = 500;

/** Rules that a statement for both databases keeps; what only one of them may say is listed with it. */
const RULES: readonly { fault: string; pattern: RegExp; allowed?: 'postgres' }[] = [
  { fault: 'LIMIT instead of FETCH FIRST (ORA-00933)', pattern: /\bLIMIT\s+[$:\d]/i },
  { fault: 'OFFSET instead of a keyset', pattern: /\bOFFSET\b/i },
  { fault: ':: cast', pattern: /::/, allowed: 'postgres' },
  { fault: 'ILIKE', pattern: /\bILIKE\b/i },
  { fault: 'RETURNING', pattern: /\bRETURNING\b/i },
  {
    fault: 'now() instead of a bound instant',
    pattern:
      /\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\(\)|\bSYS(DATE|TIMESTAMP)\b|\b(CURRENT|LOCAL)_?(TIMESTAMP|DATE|TIME)\b/i,
  },
  {
    fault: 'id made by the database',
    pattern:
      /\b(gen_random_uuid|uuid_generate_v\d\w*|uuidv7|SYS_GUID|nextval|lastval)\s*\(|\.(NEXTVAL|CURRVAL)\b/i,
  },
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

const LONG_LIST = `list of over ${LIST_ITEMS_MAX} (ORA-01795)`;

/** Every fault that `lintStatement` knows, for the test that plants each of them. */
export const STATEMENT_FAULTS: readonly string[] = [...RULES.map(({ fault }) => fault), LONG_LIST];

/** What is wrong with a rendered statement, in words; empty when nothing is. */
export function lintStatement(text: string, dialect: 'postgres' | 'oracle'): string[] {
  const bare = text.replace(/'(?:[^']|'')+'/g, "'x'");
  const faults = RULES.filter(({ pattern, allowed }) => allowed !== dialect && pattern.test(bare)).map(
    ({ fault }) => fault,
  );
  const lists = [...bare.matchAll(/\bIN\s*\(([^()]*)\)/gi)].map((match) => match[1] as string);
  const hasLongList = lists.some((list) => list.split(',').length > LIST_ITEMS_MAX);
  return hasLongList ? [...faults, LONG_LIST] : faults;
}

/** What `insertIfFree` makes, on either database; the session knows what a lost race of it looks like. */
const UPSERTS = [
  /^INSERT INTO \w+ \([\w, ]+\) VALUES \([$\d, ]+\) ON CONFLICT DO NOTHING$/,
  /^MERGE INTO \w+ USING dual ON \([^()]+\) WHEN NOT MATCHED THEN INSERT \([\w, ]+\) VALUES \([:\d, ]+\)$/,
];

/** Whether a rendered statement writes over what may be there in words of its own, instead of by the helper. */
export function isOwnUpsert(text: string): boolean {
  return /\bON CONFLICT\b|^MERGE\b/i.test(text) && !UPSERTS.some((pattern) => pattern.test(text));
}

/** Where a SELECT list begins to matter: its rows are compared with each other. */
const COMPARED = new Set(['WHERE', 'ON', 'HAVING', 'GROUP', 'ORDER', 'DISTINCT', 'UNION', 'PARTITION']);
/** Words after which columns are only shown or set. */
const SHOWN = new Set(['SELECT', 'FROM', 'SET', 'VALUES', 'INSERT', 'INTO']);

/**
 * Columns of `lobs` that a statement compares, orders, or groups by, or makes distinct (ORA-00932, ORA-22848). Asking
 * whether one is there is allowed, and so is DBMS_LOB.
 */
export function comparedLobs(text: string, lobs: ReadonlySet<string>): string[] {
  const bare = text
    .replace(/'(?:[^']|'')*'/g, "'x'")
    .replace(/\bDBMS_LOB\.\w+\([^()]*\)/gi, '1')
    .replace(/\b[\w.]+\s+IS\s+(NOT\s+)?NULL\b/gi, '1');
  const found = new Set<string>();
  const outer: boolean[] = [];
  let isCompared = false;
  for (const [token] of bare.matchAll(/:?[\w$]+|[()]/g)) {
    const word = token.toUpperCase();
    if (token === '(') outer.push(isCompared);
    else if (token === ')') isCompared = outer.pop() ?? false;
    else if (COMPARED.has(word)) isCompared = true;
    // UNION ALL only puts rows behind each other.
    else if (word === 'ALL') isCompared = false;
    else if (SHOWN.has(word)) isCompared = word === 'SELECT' && /\bUNION\s+(?!ALL)/i.test(bare);
    else if (isCompared && lobs.has(token.toLowerCase())) found.add(token.toLowerCase());
  }
  return [...found];
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
