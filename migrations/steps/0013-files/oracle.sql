-- Files and their sealed pieces. Names and contents are under the requester's key, or the installation's without one.

CREATE TABLE stored_file (
  id VARCHAR2(36) NOT NULL,
  owner_type VARCHAR2(20 CHAR) NOT NULL,
  owner_id VARCHAR2(36) NOT NULL,
  requester_id VARCHAR2(36),
  dek_id NUMBER(19) NOT NULL,
  record_class VARCHAR2(20 CHAR) NOT NULL,
  creator_type VARCHAR2(20 CHAR) NOT NULL,
  creator_id VARCHAR2(64 CHAR) NOT NULL,
  name_enc BLOB NOT NULL,
  size_bytes NUMBER(19) NOT NULL,
  media_type VARCHAR2(100 CHAR),
  content_bix RAW(8),
  state VARCHAR2(20 CHAR) NOT NULL,
  is_thumbnail_wanted NUMBER(1) NOT NULL,
  thumbnail_id VARCHAR2(36),
  reference_id VARCHAR2(36),
  created_at TIMESTAMP(3) NOT NULL,
  finished_at TIMESTAMP(3),
  check_attempts NUMBER(19) NOT NULL,
  check_after TIMESTAMP(3),
  CONSTRAINT pk_stored_file PRIMARY KEY (id),
  CONSTRAINT ck_stored_file_owner CHECK (owner_type IN ('conversation', 'ticket', 'export', 'brand', 'file')),
  CONSTRAINT ck_stored_file_state CHECK (state IN ('receiving', 'waiting', 'ready', 'quarantined')),
  CONSTRAINT ck_stored_file_size CHECK (size_bytes >= 0),
  CONSTRAINT ck_stored_file_thumbnail CHECK (is_thumbnail_wanted IN (0, 1)),
  CONSTRAINT ck_stored_file_type CHECK (state = 'receiving' OR media_type IS NOT NULL)
);
COMMENT ON COLUMN stored_file.media_type IS 'By content, never by name; NULL while receiving';
COMMENT ON COLUMN stored_file.content_bix IS 'Keyed hash of the SHA-256 that was verified';
COMMENT ON COLUMN stored_file.reference_id IS 'What the file hangs on inside its owner: a comment';
CREATE INDEX ix_stored_file_owner ON stored_file (owner_type, owner_id, created_at, id);
CREATE INDEX ix_stored_file_creator ON stored_file (creator_id, created_at);
CREATE INDEX ix_stored_file_check ON stored_file (state, check_after, id);
CREATE INDEX ix_stored_file_class ON stored_file (record_class, created_at, id);
CREATE INDEX ix_stored_file_requester ON stored_file (requester_id, id);

CREATE TABLE stored_file_chunk (
  file_id VARCHAR2(36) NOT NULL,
  chunk_no NUMBER(19) NOT NULL,
  start_offset NUMBER(19) NOT NULL,
  size_bytes NUMBER(19) NOT NULL,
  body_enc BLOB NOT NULL,
  CONSTRAINT pk_stored_file_chunk PRIMARY KEY (file_id, chunk_no),
  CONSTRAINT fk_stored_file_chunk FOREIGN KEY (file_id) REFERENCES stored_file (id),
  CONSTRAINT ck_stored_file_chunk_size CHECK (size_bytes BETWEEN 1 AND 1048576)
);

CREATE OR REPLACE TRIGGER tr_stored_file_enc BEFORE INSERT OR UPDATE ON stored_file FOR EACH ROW
BEGIN
  IF (:NEW.name_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.name_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/

CREATE OR REPLACE TRIGGER tr_stored_file_chunk_enc BEFORE INSERT OR UPDATE ON stored_file_chunk FOR EACH ROW
BEGIN
  IF (:NEW.body_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.body_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/
