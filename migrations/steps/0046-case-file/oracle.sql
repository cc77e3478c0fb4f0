-- Records of one person for a regulator: asked for by one officer, agreed to by two other people, kept for some days.

CREATE TABLE case_file (
  id VARCHAR2(36) NOT NULL,
  requester_id VARCHAR2(36) NOT NULL,
  case_number_enc BLOB NOT NULL,
  authority_enc BLOB NOT NULL,
  reason_enc BLOB NOT NULL,
  from_at TIMESTAMP(3),
  to_at TIMESTAMP(3),
  is_unmasked NUMBER(1) NOT NULL,
  kept_days NUMBER(19) NOT NULL,
  state VARCHAR2(10 CHAR) NOT NULL,
  asked_by VARCHAR2(36) NOT NULL,
  asked_at TIMESTAMP(3) NOT NULL,
  first_by VARCHAR2(36),
  first_at TIMESTAMP(3),
  second_by VARCHAR2(36),
  second_at TIMESTAMP(3),
  file_id VARCHAR2(36),
  size_bytes NUMBER(19),
  digest_hex VARCHAR2(64 CHAR),
  error_code VARCHAR2(60 CHAR),
  ended_at TIMESTAMP(3),
  expires_at TIMESTAMP(3),
  download_count NUMBER(19) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_case_file PRIMARY KEY (id),
  CONSTRAINT ck_case_file_state CHECK (state IN ('asked', 'first', 'making', 'ready', 'expired', 'refused', 'failed')),
  CONSTRAINT ck_case_file_unmasked CHECK (is_unmasked IN (0, 1)),
  CONSTRAINT ck_case_file_days CHECK (kept_days >= 1 AND kept_days <= 30),
  CONSTRAINT ck_case_file_ready CHECK (state <> 'ready' OR (file_id IS NOT NULL AND expires_at IS NOT NULL)),
  CONSTRAINT ck_case_file_three CHECK (second_by IS NULL OR (second_by <> first_by AND second_by <> asked_by)),
  CONSTRAINT ck_case_file_two CHECK (first_by IS NULL OR first_by <> asked_by)
);
CREATE INDEX ix_case_file_asked ON case_file (asked_at, id);
CREATE INDEX ix_case_file_expiry ON case_file (state, expires_at, id);

CREATE OR REPLACE TRIGGER tr_case_file_enc BEFORE INSERT OR UPDATE ON case_file FOR EACH ROW
BEGIN
  IF (DBMS_LOB.SUBSTR(:NEW.case_number_enc, 1, 1) <> HEXTORAW('E1'))
    OR (DBMS_LOB.SUBSTR(:NEW.authority_enc, 1, 1) <> HEXTORAW('E1'))
    OR (DBMS_LOB.SUBSTR(:NEW.reason_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/

ALTER TABLE stored_file DROP CONSTRAINT ck_stored_file_owner;
ALTER TABLE stored_file ADD CONSTRAINT ck_stored_file_owner
  CHECK (owner_type IN ('conversation', 'ticket', 'export', 'brand', 'file', 'case'));
