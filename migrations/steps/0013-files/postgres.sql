-- Files and their sealed pieces. Names and contents are under the requester's key, or the installation's without one.

CREATE TABLE stored_file (
  id uuid NOT NULL,
  owner_type varchar(20) NOT NULL,
  owner_id uuid NOT NULL,
  requester_id uuid,
  dek_id bigint NOT NULL,
  record_class varchar(20) NOT NULL,
  creator_type varchar(20) NOT NULL,
  creator_id varchar(64) NOT NULL,
  name_enc bytea NOT NULL,
  size_bytes bigint NOT NULL,
  media_type varchar(100),
  content_bix bytea,
  state varchar(20) NOT NULL,
  is_thumbnail_wanted smallint NOT NULL,
  thumbnail_id uuid,
  reference_id uuid,
  created_at timestamp(3) NOT NULL,
  finished_at timestamp(3),
  check_attempts bigint NOT NULL,
  check_after timestamp(3),
  CONSTRAINT pk_stored_file PRIMARY KEY (id),
  CONSTRAINT ck_stored_file_owner CHECK (owner_type IN ('conversation', 'ticket', 'export', 'brand', 'file')),
  CONSTRAINT ck_stored_file_state CHECK (state IN ('receiving', 'waiting', 'ready', 'quarantined')),
  CONSTRAINT ck_stored_file_size CHECK (size_bytes >= 0),
  CONSTRAINT ck_stored_file_thumbnail CHECK (is_thumbnail_wanted IN (0, 1)),
  CONSTRAINT ck_stored_file_type CHECK (state = 'receiving' OR media_type IS NOT NULL),
  CONSTRAINT ck_stored_file_content CHECK (octet_length(content_bix) <= 8),
  CONSTRAINT ck_stored_file_name CHECK (get_byte(name_enc, 0) = 225)
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
  file_id uuid NOT NULL,
  chunk_no bigint NOT NULL,
  start_offset bigint NOT NULL,
  size_bytes bigint NOT NULL,
  body_enc bytea NOT NULL,
  CONSTRAINT pk_stored_file_chunk PRIMARY KEY (file_id, chunk_no),
  CONSTRAINT fk_stored_file_chunk FOREIGN KEY (file_id) REFERENCES stored_file (id),
  CONSTRAINT ck_stored_file_chunk_size CHECK (size_bytes BETWEEN 1 AND 1048576),
  CONSTRAINT ck_stored_file_chunk_body CHECK (get_byte(body_enc, 0) = 225)
);
-- Sealed bytes do not compress; trying would only cost time.
ALTER TABLE stored_file_chunk ALTER COLUMN body_enc SET STORAGE EXTERNAL;
