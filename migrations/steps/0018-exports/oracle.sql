-- Exports: what was asked for, and rows already read until their file is whole.

CREATE TABLE export_request (
  id VARCHAR2(36) NOT NULL,
  kind VARCHAR2(60 CHAR) NOT NULL,
  format VARCHAR2(8 CHAR) NOT NULL,
  lang VARCHAR2(5 CHAR) NOT NULL,
  offset_minutes NUMBER(19) NOT NULL,
  account_id VARCHAR2(36) NOT NULL,
  column_keys CLOB,
  params_enc BLOB NOT NULL,
  is_unmasked NUMBER(1) NOT NULL,
  state VARCHAR2(16 CHAR) NOT NULL,
  job_id VARCHAR2(36),
  file_id VARCHAR2(36),
  cursor_text VARCHAR2(500 CHAR),
  part_count NUMBER(19) NOT NULL,
  row_count NUMBER(19) NOT NULL,
  is_collected NUMBER(1) NOT NULL,
  size_bytes NUMBER(19),
  error_code VARCHAR2(60 CHAR),
  asked_at TIMESTAMP(3) NOT NULL,
  ended_at TIMESTAMP(3),
  expires_at TIMESTAMP(3),
  download_count NUMBER(19) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_export_request PRIMARY KEY (id),
  CONSTRAINT ck_export_request_state CHECK (state IN
    ('waiting', 'queued', 'running', 'ready', 'expired', 'failed', 'cancelled', 'refused')),
  CONSTRAINT ck_export_request_format CHECK (format IN ('xlsx', 'csv', 'pdf')),
  CONSTRAINT ck_export_request_unmasked CHECK (is_unmasked IN (0, 1)),
  CONSTRAINT ck_export_request_collected CHECK (is_collected IN (0, 1)),
  CONSTRAINT ck_export_request_ready CHECK (state <> 'ready' OR (file_id IS NOT NULL AND expires_at IS NOT NULL))
);
COMMENT ON COLUMN export_request.cursor_text IS 'Where the next page of rows begins; NULL for the first, and after the last';
COMMENT ON COLUMN export_request.file_id IS 'The file while it can be fetched';
CREATE INDEX ix_export_request_account ON export_request (account_id, id);
CREATE INDEX ix_export_request_expiry ON export_request (state, expires_at, id);
CREATE INDEX ix_export_request_ended ON export_request (ended_at, id);

CREATE TABLE export_part (
  export_id VARCHAR2(36) NOT NULL,
  part_no NUMBER(19) NOT NULL,
  row_count NUMBER(19) NOT NULL,
  rows_enc BLOB NOT NULL,
  CONSTRAINT pk_export_part PRIMARY KEY (export_id, part_no),
  CONSTRAINT fk_export_part FOREIGN KEY (export_id) REFERENCES export_request (id)
);

CREATE OR REPLACE TRIGGER tr_export_request_enc BEFORE INSERT OR UPDATE ON export_request FOR EACH ROW
BEGIN
  IF (DBMS_LOB.SUBSTR(:NEW.params_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/

CREATE OR REPLACE TRIGGER tr_export_part_enc BEFORE INSERT OR UPDATE ON export_part FOR EACH ROW
BEGIN
  IF (DBMS_LOB.SUBSTR(:NEW.rows_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/
