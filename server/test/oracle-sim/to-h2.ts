const UNIQUE_OVER_CASE =
  /^\s*CREATE\s+UNIQUE\s+INDEX\s+(\w+)\s+ON\s+(\w+)\s*\(\s*(CASE\b[^,]*?\bEND)((?:\s*,\s*\w+)*)\s*\)\s*$/i;
/** Columns the stand-in adds; the dictionary view leaves them out. */
const COMPUTED = 'X_OF_';

/**
 * What H2 cannot run, and how the stand-in deals with it. Each `skip` and each rewriting is covered by the grammar check of
 * the original text instead; nothing else is changed on the way.
 */
export const NOT_IN_H2: readonly {
  what: string;
  pattern: RegExp;
  instead: 'skip' | ((sql: string) => string | string[]);
}[] = [
  {
    what: 'PL/SQL: triggers that protect the trail and sealed columns, and other blocks',
    pattern:
      /^\s*(CREATE\s+(OR\s+REPLACE\s+)?(TRIGGER|PROCEDURE|FUNCTION|PACKAGE)|DROP\s+TRIGGER|BEGIN|DECLARE)\b/i,
    instead: 'skip',
  },
  { what: 'grants', pattern: /^\s*(GRANT|REVOKE)\b/i, instead: 'skip' },
  {
    what: 'session settings, and switching triggers',
    pattern: /^\s*(ALTER\s+SESSION|SET\s+TRANSACTION|ALTER\s+TRIGGER)\b/i,
    instead: 'skip',
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
    what: 'interval partitions',
    pattern: /\bPARTITION\s+BY\s+RANGE\b/i,
    instead: (sql) => sql.replace(/\bPARTITION\s+BY\s+RANGE\b[\s\S]*$/i, ''),
  },
  {
    what: 'local indexes of partitions',
    pattern: /^\s*CREATE\s+(UNIQUE\s+)?INDEX\b[\s\S]*\bLOCAL\s*$/i,
    instead: (sql) => sql.replace(/\bLOCAL\s*$/i, ''),
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
    what: 'indexes over an expression',
    pattern: /^\s*CREATE\s+INDEX\b[^(]*\([\s\S]*\bCASE\b/i,
    instead: 'skip',
  },
  {
    what: 'JSON_TABLE over an array of numbers',
    pattern: /\bJSON_TABLE\s*\(/i,
    instead: (sql) =>
      sql.replace(
        /JSON_TABLE\s*\(\s*(\?)\s*,\s*'\$\[\*\]'\s+COLUMNS\s*\(\s*token\s+NUMBER\s+PATH\s+'\$'\s*\)\s*\)/gi,
        'JSON_NUMBERS($1)',
      ),
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
    what: 'package UTL_RAW',
    pattern: /\bUTL_RAW\.LENGTH\s*\(/i,
    instead: (sql) => sql.replace(/\bUTL_RAW\.LENGTH\s*\(/gi, 'RAW_LENGTH('),
  },
];

/** Functions of Oracle that the stand-in adds to each database, and the dictionary view the schema check reads. */
export const PREPARATION = [
  'CREATE ALIAS IF NOT EXISTS RAW_LENGTH DETERMINISTIC FOR "Bridge.rawLength"',
  'CREATE ALIAS IF NOT EXISTS SYS_CONTEXT FOR "Bridge.sysContext"',
  'CREATE ALIAS IF NOT EXISTS JSON_NUMBERS FOR "Bridge.jsonNumbers"',
  `CREATE VIEW IF NOT EXISTS user_tab_columns AS SELECT table_name, column_name, ordinal_position AS column_id,
     CASE data_type WHEN 'CHARACTER VARYING' THEN 'VARCHAR2' WHEN 'CHARACTER' THEN 'CHAR' WHEN 'NUMERIC' THEN 'NUMBER'
       WHEN 'DECFLOAT' THEN 'NUMBER' WHEN 'CHARACTER LARGE OBJECT' THEN 'CLOB' WHEN 'BINARY LARGE OBJECT' THEN 'BLOB'
       WHEN 'BINARY VARYING' THEN 'RAW' WHEN 'TIMESTAMP' THEN CONCAT('TIMESTAMP(', datetime_precision, ')')
       ELSE data_type END AS data_type,
     CASE is_nullable WHEN 'YES' THEN 'Y' ELSE 'N' END AS nullable, character_maximum_length AS char_length
   FROM information_schema.columns WHERE table_schema = 'PUBLIC' AND column_name NOT LIKE '${COMPUTED}%'`,
  `CREATE TABLE IF NOT EXISTS nls_database_parameters AS SELECT 'NLS_CHARACTERSET' AS parameter, 'AL32UTF8' AS "VALUE"`,
  `CREATE TABLE IF NOT EXISTS product_component_version AS SELECT '19.0.0.0.0' AS version`,
  `CREATE VIEW IF NOT EXISTS user_tables AS SELECT table_name FROM information_schema.tables
   WHERE table_schema = 'PUBLIC' AND table_type = 'BASE TABLE'`,
] as const;

/** A text as H2 takes it: binds by question mark, what it does not know rewritten; empty when it is left out. */
export function toH2(sql: string): string[] {
  let texts = [
    sql
      .split(/('(?:[^']|'')*')/)
      .map((part, index) => (index % 2 === 1 ? part : part.replace(/:[a-zA-Z0-9_]+/g, '?')))
      .join(''),
  ];
  for (const { pattern, instead } of NOT_IN_H2) {
    texts = texts.flatMap((text) => {
      if (!pattern.test(text)) return [text];
      return instead === 'skip' ? [] : instead(text);
    });
  }
  return texts;
}
