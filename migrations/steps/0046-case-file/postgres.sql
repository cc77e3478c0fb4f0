-- Records of one person for a regulator: asked for by one officer, agreed to by two other people, kept for some days.

CREATE TABLE case_file (
  id uuid NOT NULL,
  requester_id uuid NOT NULL,
  case_number_enc bytea NOT NULL,
  authority_enc bytea NOT NULL,
  reason_enc bytea NOT NULL,
  from_at timestamp(3),
  to_at timestamp(3),
  is_unmasked smallint NOT NULL,
  kept_days bigint NOT NULL,
  state varchar(10) NOT NULL,
  asked_by uuid NOT NULL,
  asked_at timestamp(3) NOT NULL,
  first_by uuid,
  first_at timestamp(3),
  second_by uuid,
  second_at timestamp(3),
  file_id uuid,
  size_bytes bigint,
  digest_hex varchar(64),
  error_code varchar(60),
  ended_at timestamp(3),
  expires_at timestamp(3),
  download_count bigint NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_case_file PRIMARY KEY (id),
  CONSTRAINT ck_case_file_state CHECK (state IN ('asked', 'first', 'making', 'ready', 'expired', 'refused', 'failed')),
  CONSTRAINT ck_case_file_unmasked CHECK (is_unmasked IN (0, 1)),
  CONSTRAINT ck_case_file_days CHECK (kept_days >= 1 AND kept_days <= 30),
  CONSTRAINT ck_case_file_ready CHECK (state <> 'ready' OR (file_id IS NOT NULL AND expires_at IS NOT NULL)),
  CONSTRAINT ck_case_file_three CHECK (second_by IS NULL OR (second_by <> first_by AND second_by <> asked_by)),
  CONSTRAINT ck_case_file_two CHECK (first_by IS NULL OR first_by <> asked_by),
  CONSTRAINT ck_case_file_number CHECK (get_byte(case_number_enc, 0) = 225),
  CONSTRAINT ck_case_file_authority CHECK (get_byte(authority_enc, 0) = 225),
  CONSTRAINT ck_case_file_reason CHECK (get_byte(reason_enc, 0) = 225)
);
CREATE INDEX ix_case_file_asked ON case_file (asked_at, id);
CREATE INDEX ix_case_file_expiry ON case_file (state, expires_at, id);

ALTER TABLE stored_file DROP CONSTRAINT ck_stored_file_owner;
ALTER TABLE stored_file ADD CONSTRAINT ck_stored_file_owner
  CHECK (owner_type IN ('conversation', 'ticket', 'export', 'brand', 'file', 'case'));
