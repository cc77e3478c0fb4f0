-- Retention rules, legal holds, sweeps with their chunks, and the indexes that find what is due.

CREATE TABLE retention_rule (
  record_class varchar(20) NOT NULL,
  version bigint NOT NULL,
  months bigint NOT NULL,
  action varchar(20) NOT NULL,
  changed_by uuid NOT NULL,
  approved_by uuid,
  changed_at timestamp(3) NOT NULL,
  CONSTRAINT pk_retention_rule PRIMARY KEY (record_class, version),
  CONSTRAINT ck_retention_rule_months CHECK (months BETWEEN 1 AND 1200),
  CONSTRAINT ck_retention_rule_action CHECK (action IN ('archive-and-delete', 'delete')),
  CONSTRAINT ck_retention_rule_eyes CHECK (approved_by IS NULL OR approved_by <> changed_by)
);
COMMENT ON TABLE retention_rule IS 'Versions of the rule of a class of records; the highest counts';

CREATE TABLE legal_hold (
  id uuid NOT NULL,
  requester_id uuid,
  account_id uuid,
  ticket_id uuid,
  record_class varchar(20),
  from_at timestamp(3),
  to_at timestamp(3),
  reason_enc bytea NOT NULL,
  authority_enc bytea NOT NULL,
  is_active smallint NOT NULL,
  placed_by uuid NOT NULL,
  placed_at timestamp(3) NOT NULL,
  released_by uuid,
  approved_by uuid,
  released_at timestamp(3),
  version bigint NOT NULL,
  CONSTRAINT pk_legal_hold PRIMARY KEY (id),
  CONSTRAINT ck_legal_hold_active CHECK (is_active IN (0, 1)),
  CONSTRAINT ck_legal_hold_period CHECK (from_at IS NULL OR to_at IS NULL OR from_at < to_at),
  CONSTRAINT ck_legal_hold_eyes CHECK (approved_by IS NULL OR (approved_by <> released_by AND approved_by <> placed_by)),
  CONSTRAINT ck_legal_hold_reason CHECK (get_byte(reason_enc, 0) = 225),
  CONSTRAINT ck_legal_hold_authority CHECK (get_byte(authority_enc, 0) = 225)
);
CREATE INDEX ix_legal_hold_active ON legal_hold (is_active, placed_at, id);

CREATE TABLE sweep_guard (
  name varchar(20) NOT NULL,
  is_scheduled smallint NOT NULL,
  high_water_at timestamp(3),
  clock_seen_at timestamp(3),
  turns bigint NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_sweep_guard PRIMARY KEY (name),
  CONSTRAINT ck_sweep_guard_scheduled CHECK (is_scheduled IN (0, 1))
);
COMMENT ON TABLE sweep_guard IS 'One row that each chunk of a sweep and each new hold change first, so that one waits for the other';
INSERT INTO sweep_guard (name, is_scheduled, turns, version) VALUES ('retention', 0, 0, 1);

CREATE TABLE sweep_run (
  id uuid NOT NULL,
  kind varchar(10) NOT NULL,
  state varchar(10) NOT NULL,
  started_by varchar(64) NOT NULL,
  started_at timestamp(3) NOT NULL,
  as_of timestamp(3) NOT NULL,
  clock_state varchar(10) NOT NULL,
  finished_at timestamp(3),
  at_store varchar(40),
  after_at timestamp(3),
  after_id uuid,
  chunk_count bigint NOT NULL,
  rows_removed bigint NOT NULL,
  report text NOT NULL,
  error_code varchar(64),
  version bigint NOT NULL,
  CONSTRAINT pk_sweep_run PRIMARY KEY (id),
  CONSTRAINT ck_sweep_run_kind CHECK (kind IN ('dry', 'real')),
  CONSTRAINT ck_sweep_run_state CHECK (state IN ('running', 'done', 'failed'))
);
CREATE INDEX ix_sweep_run_state ON sweep_run (kind, state, started_at, id);
CREATE INDEX ix_sweep_run_started ON sweep_run (started_at, id);

CREATE TABLE sweep_chunk (
  run_id uuid NOT NULL,
  chunk_no bigint NOT NULL,
  record_class varchar(20) NOT NULL,
  record_count bigint NOT NULL,
  row_count bigint NOT NULL,
  oldest_at timestamp(3) NOT NULL,
  newest_at timestamp(3) NOT NULL,
  ids_hash bytea NOT NULL,
  archive_file varchar(100),
  archive_hash bytea,
  at timestamp(3) NOT NULL,
  CONSTRAINT pk_sweep_chunk PRIMARY KEY (run_id, chunk_no),
  CONSTRAINT fk_sweep_chunk_run FOREIGN KEY (run_id) REFERENCES sweep_run (id),
  CONSTRAINT ck_sweep_chunk_ids CHECK (octet_length(ids_hash) = 32),
  CONSTRAINT ck_sweep_chunk_archive CHECK (octet_length(archive_hash) = 32)
);

CREATE TABLE archived_dek (
  dek_id bigint NOT NULL,
  run_id uuid NOT NULL,
  CONSTRAINT pk_archived_dek PRIMARY KEY (dek_id)
);
COMMENT ON TABLE archived_dek IS 'Keys whose envelopes an archive holds: they stay readable when their owner goes';

-- What is due, in the order sweeps walk; none of these columns changes with a message.
CREATE INDEX ix_conversation_closed ON conversation (closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX ix_ticket_solved ON ticket (solved_at, id) WHERE solved_at IS NOT NULL;
CREATE INDEX ix_requester_updated ON requester (updated_at, id);
-- What goes with a conversation.
CREATE INDEX ix_visitor_session_conv ON visitor_session (conversation_id);
CREATE INDEX ix_assist_event_conv ON assist_event (conversation_id);
