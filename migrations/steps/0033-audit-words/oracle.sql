-- Words of the audit trail: which entries hold them. Derived from sealed entries in the background; it can be emptied,
-- and is then made anew. Nothing here is evidence.

CREATE TABLE audit_block (
  block_no NUMBER(19) NOT NULL,
  entry_count NUMBER(19) NOT NULL,
  lane_ranges CLOB NOT NULL,
  first_at TIMESTAMP(3) NOT NULL,
  last_at TIMESTAMP(3) NOT NULL,
  end_seal_no NUMBER(19) NOT NULL,
  end_taken NUMBER(19) NOT NULL,
  is_done NUMBER(1) NOT NULL,
  CONSTRAINT pk_audit_block PRIMARY KEY (block_no),
  CONSTRAINT ck_audit_block_count CHECK (entry_count >= 1 AND entry_count <= 1024),
  CONSTRAINT ck_audit_block_done CHECK (is_done IN (0, 1))
);

CREATE TABLE audit_word (
  word VARCHAR2(64 CHAR) NOT NULL,
  block_no NUMBER(19) NOT NULL,
  places RAW(128) NOT NULL,
  CONSTRAINT pk_audit_word PRIMARY KEY (word, block_no)
);
