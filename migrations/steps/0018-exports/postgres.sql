-- Exports: what was asked for, and rows already read until their file is whole.

CREATE TABLE export_request (
  id uuid NOT NULL,
  kind varchar(60) NOT NULL,
  format varchar(8) NOT NULL,
  lang varchar(5) NOT NULL,
  offset_minutes bigint NOT NULL,
  account_id uuid NOT NULL,
  column_keys text,
  params_enc bytea NOT NULL,
  is_unmasked smallint NOT NULL,
  state varchar(16) NOT NULL,
  job_id uuid,
  file_id uuid,
  cursor_text varchar(500),
  part_count bigint NOT NULL,
  row_count bigint NOT NULL,
  is_collected smallint NOT NULL,
  size_bytes bigint,
  error_code varchar(60),
  asked_at timestamp(3) NOT NULL,
  ended_at timestamp(3),
  expires_at timestamp(3),
  download_count bigint NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_export_request PRIMARY KEY (id),
  CONSTRAINT ck_export_request_state CHECK (state IN
    ('waiting', 'queued', 'running', 'ready', 'expired', 'failed', 'cancelled', 'refused')),
  CONSTRAINT ck_export_request_format CHECK (format IN ('xlsx', 'csv', 'pdf')),
  CONSTRAINT ck_export_request_unmasked CHECK (is_unmasked IN (0, 1)),
  CONSTRAINT ck_export_request_collected CHECK (is_collected IN (0, 1)),
  CONSTRAINT ck_export_request_ready CHECK (state <> 'ready' OR (file_id IS NOT NULL AND expires_at IS NOT NULL)),
  CONSTRAINT ck_export_request_params CHECK (get_byte(params_enc, 0) = 225)
);
COMMENT ON COLUMN export_request.cursor_text IS 'Where the next page of rows begins; NULL for the first, and after the last';
COMMENT ON COLUMN export_request.file_id IS 'The file while it can be fetched';
CREATE INDEX ix_export_request_account ON export_request (account_id, id);
CREATE INDEX ix_export_request_expiry ON export_request (state, expires_at, id);
CREATE INDEX ix_export_request_ended ON export_request (ended_at, id);

CREATE TABLE export_part (
  export_id uuid NOT NULL,
  part_no bigint NOT NULL,
  row_count bigint NOT NULL,
  rows_enc bytea NOT NULL,
  CONSTRAINT pk_export_part PRIMARY KEY (export_id, part_no),
  CONSTRAINT fk_export_part FOREIGN KEY (export_id) REFERENCES export_request (id),
  CONSTRAINT ck_export_part_rows CHECK (get_byte(rows_enc, 0) = 225)
);
-- Sealed bytes do not compress; trying would only cost time.
ALTER TABLE export_part ALTER COLUMN rows_enc SET STORAGE EXTERNAL;
