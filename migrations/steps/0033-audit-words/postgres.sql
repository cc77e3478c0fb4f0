-- Words of the audit trail: which entries hold them. Derived from sealed entries in the background; it can be emptied,
-- and is then made anew. Nothing here is evidence.

CREATE TABLE audit_block (
  block_no bigint NOT NULL,
  entry_count bigint NOT NULL,
  lane_ranges text NOT NULL,
  first_at timestamp(3) NOT NULL,
  last_at timestamp(3) NOT NULL,
  end_seal_no bigint NOT NULL,
  end_taken bigint NOT NULL,
  is_done smallint NOT NULL,
  CONSTRAINT pk_audit_block PRIMARY KEY (block_no),
  CONSTRAINT ck_audit_block_count CHECK (entry_count >= 1 AND entry_count <= 1024),
  CONSTRAINT ck_audit_block_done CHECK (is_done IN (0, 1))
);

CREATE TABLE audit_word (
  word varchar(64) NOT NULL,
  block_no bigint NOT NULL,
  places bytea NOT NULL,
  CONSTRAINT pk_audit_word PRIMARY KEY (word, block_no),
  CONSTRAINT ck_audit_word_places CHECK (octet_length(places) <= 128)
);
