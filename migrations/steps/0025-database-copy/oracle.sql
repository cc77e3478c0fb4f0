-- Copies from another database: how far each table has come, and whether all was verified.

CREATE TABLE database_copy (
  installation_id VARCHAR2(36) NOT NULL,
  state VARCHAR2(10 CHAR) NOT NULL,
  started_at TIMESTAMP(3) NOT NULL,
  verified_at TIMESTAMP(3),
  CONSTRAINT pk_database_copy PRIMARY KEY (installation_id),
  CONSTRAINT ck_database_copy_state CHECK (state IN ('copying', 'verified')),
  CONSTRAINT ck_database_copy_end CHECK (
    (state = 'verified' AND verified_at IS NOT NULL) OR (state <> 'verified' AND verified_at IS NULL))
);
COMMENT ON TABLE database_copy IS 'A row per copy into this database; while it is copying, no server starts here';

CREATE TABLE copied_table (
  name VARCHAR2(29 CHAR) NOT NULL,
  copied_rows NUMBER(19) NOT NULL,
  digest VARCHAR2(64 CHAR) NOT NULL,
  last_key CLOB,
  is_whole NUMBER(1) NOT NULL,
  CONSTRAINT pk_copied_table PRIMARY KEY (name),
  CONSTRAINT ck_copied_table_whole CHECK (is_whole IN (0, 1)),
  CONSTRAINT ck_copied_table_rows CHECK (copied_rows >= 0)
);
COMMENT ON COLUMN copied_table.digest IS 'Sum of the SHA-256 of every row copied so far, modulo 2^256, in hexadecimal';
COMMENT ON COLUMN copied_table.last_key IS 'Primary key of the last row copied, as JSON';
