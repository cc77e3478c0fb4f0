import { COMPUTED, NOT_IN_H2 } from './not-in-h2.ts';

/** Functions of Oracle that the stand-in adds to each database, and the dictionary view the schema check reads. */
export const PREPARATION = [
  'CREATE ALIAS IF NOT EXISTS RAW_LENGTH DETERMINISTIC FOR "Bridge.rawLength"',
  'CREATE ALIAS IF NOT EXISTS LOB_COMPARE DETERMINISTIC FOR "Bridge.lobCompare"',
  'CREATE ALIAS IF NOT EXISTS SYS_CONTEXT FOR "Bridge.sysContext"',
  'CREATE ALIAS IF NOT EXISTS JSON_ROWS FOR "Bridge.jsonRows"',
  `CREATE VIEW IF NOT EXISTS user_tab_columns AS SELECT table_name, column_name, ordinal_position AS column_id,
     CASE data_type WHEN 'CHARACTER VARYING' THEN 'VARCHAR2' WHEN 'CHARACTER' THEN 'CHAR' WHEN 'NUMERIC' THEN 'NUMBER'
       WHEN 'DECFLOAT' THEN 'NUMBER' WHEN 'CHARACTER LARGE OBJECT' THEN 'CLOB' WHEN 'BINARY LARGE OBJECT' THEN 'BLOB'
       WHEN 'BINARY VARYING' THEN 'RAW' WHEN 'TIMESTAMP' THEN CONCAT('TIMESTAMP(', datetime_precision, ')')
       ELSE data_type END AS data_type,
     CASE is_nullable WHEN 'YES' THEN 'Y' ELSE 'N' END AS nullable, character_maximum_length AS char_length
   FROM information_schema.columns WHERE table_schema = 'PUBLIC' AND column_name NOT LIKE '${COMPUTED}%'`,
  `CREATE TABLE IF NOT EXISTS nls_database_parameters AS SELECT 'NLS_CHARACTERSET' AS parameter, 'AL32UTF8' AS "VALUE"`,
  `CREATE TABLE IF NOT EXISTS product_component_version AS SELECT '19.0.0.0.0' AS version`,
  `CREATE VIEW IF NOT EXISTS user_objects AS SELECT table_name AS object_name, 'TABLE' AS object_type
   FROM information_schema.tables WHERE table_schema = 'PUBLIC' AND table_type = 'BASE TABLE'
     AND table_name NOT IN ('NLS_DATABASE_PARAMETERS', 'PRODUCT_COMPONENT_VERSION')`,
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
