-- Copies from another database: how far each table has come, and whether all was verified.

CREATE TABLE database_copy (
  installation_id uuid NOT NULL,
  state varchar(10) NOT NULL,
  started_at timestamp(3) NOT NULL,
  verified_at timestamp(3),
  CONSTRAINT pk_database_copy PRIMARY KEY (installation_id),
  CONSTRAINT ck_database_copy_state CHECK (state IN ('copying', 'verified')),
  CONSTRAINT ck_database_copy_end CHECK ((state = 'verified') = (verified_at IS NOT NULL))
);
COMMENT ON TABLE database_copy IS 'A row per copy into this database; while it is copying, no server starts here';

CREATE TABLE copied_table (
  name varchar(29) NOT NULL,
  copied_rows bigint NOT NULL,
  digest varchar(64) NOT NULL,
  last_key text,
  is_whole smallint NOT NULL,
  CONSTRAINT pk_copied_table PRIMARY KEY (name),
  CONSTRAINT ck_copied_table_whole CHECK (is_whole IN (0, 1)),
  CONSTRAINT ck_copied_table_rows CHECK (copied_rows >= 0)
);
COMMENT ON COLUMN copied_table.digest IS 'Sum of the SHA-256 of every row copied so far, modulo 2^256, in hexadecimal';
COMMENT ON COLUMN copied_table.last_key IS 'Primary key of the last row copied, as JSON';
