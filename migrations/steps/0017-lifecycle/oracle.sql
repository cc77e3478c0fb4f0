-- Retention rules, legal holds, sweeps with their chunks, and the indexes that find what is due.

CREATE TABLE retention_rule (
  record_class VARCHAR2(20 CHAR) NOT NULL,
  version NUMBER(19) NOT NULL,
  months NUMBER(19) NOT NULL,
  action VARCHAR2(20 CHAR) NOT NULL,
  changed_by VARCHAR2(36) NOT NULL,
  approved_by VARCHAR2(36),
  changed_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_retention_rule PRIMARY KEY (record_class, version),
  CONSTRAINT ck_retention_rule_months CHECK (months BETWEEN 1 AND 1200),
  CONSTRAINT ck_retention_rule_action CHECK (action IN ('archive-and-delete', 'delete')),
  CONSTRAINT ck_retention_rule_eyes CHECK (approved_by IS NULL OR approved_by <> changed_by)
);
COMMENT ON TABLE retention_rule IS 'Versions of the rule of a class of records; the highest counts';

CREATE TABLE legal_hold (
  id VARCHAR2(36) NOT NULL,
  requester_id VARCHAR2(36),
  account_id VARCHAR2(36),
  ticket_id VARCHAR2(36),
  record_class VARCHAR2(20 CHAR),
  from_at TIMESTAMP(3),
  to_at TIMESTAMP(3),
  reason_enc BLOB NOT NULL,
  authority_enc BLOB NOT NULL,
  is_active NUMBER(1) NOT NULL,
  placed_by VARCHAR2(36) NOT NULL,
  placed_at TIMESTAMP(3) NOT NULL,
  released_by VARCHAR2(36),
  approved_by VARCHAR2(36),
  released_at TIMESTAMP(3),
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_legal_hold PRIMARY KEY (id),
  CONSTRAINT ck_legal_hold_active CHECK (is_active IN (0, 1)),
  CONSTRAINT ck_legal_hold_period CHECK (from_at IS NULL OR to_at IS NULL OR from_at < to_at),
  CONSTRAINT ck_legal_hold_eyes CHECK (approved_by IS NULL OR (approved_by <> released_by AND approved_by <> placed_by))
);
CREATE INDEX ix_legal_hold_active ON legal_hold (is_active, placed_at, id);

CREATE TABLE sweep_guard (
  name VARCHAR2(20 CHAR) NOT NULL,
  is_scheduled NUMBER(1) NOT NULL,
  high_water_at TIMESTAMP(3),
  clock_seen_at TIMESTAMP(3),
  turns NUMBER(19) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_sweep_guard PRIMARY KEY (name),
  CONSTRAINT ck_sweep_guard_scheduled CHECK (is_scheduled IN (0, 1))
);
COMMENT ON TABLE sweep_guard IS 'One row that each chunk of a sweep and each new hold change first, so that one waits for the other';
INSERT INTO sweep_guard (name, is_scheduled, turns, version) VALUES ('retention', 0, 0, 1);

CREATE TABLE sweep_run (
  id VARCHAR2(36) NOT NULL,
  kind VARCHAR2(10 CHAR) NOT NULL,
  state VARCHAR2(10 CHAR) NOT NULL,
  started_by VARCHAR2(64 CHAR) NOT NULL,
  started_at TIMESTAMP(3) NOT NULL,
  as_of TIMESTAMP(3) NOT NULL,
  clock_state VARCHAR2(10 CHAR) NOT NULL,
  finished_at TIMESTAMP(3),
  at_store VARCHAR2(40 CHAR),
  after_at TIMESTAMP(3),
  after_id VARCHAR2(36),
  chunk_count NUMBER(19) NOT NULL,
  rows_removed NUMBER(19) NOT NULL,
  report CLOB NOT NULL,
  error_code VARCHAR2(64 CHAR),
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_sweep_run PRIMARY KEY (id),
  CONSTRAINT ck_sweep_run_kind CHECK (kind IN ('dry', 'real')),
  CONSTRAINT ck_sweep_run_state CHECK (state IN ('running', 'done', 'failed'))
);
CREATE INDEX ix_sweep_run_state ON sweep_run (kind, state, started_at, id);
CREATE INDEX ix_sweep_run_started ON sweep_run (started_at, id);

CREATE TABLE sweep_chunk (
  run_id VARCHAR2(36) NOT NULL,
  chunk_no NUMBER(19) NOT NULL,
  record_class VARCHAR2(20 CHAR) NOT NULL,
  record_count NUMBER(19) NOT NULL,
  row_count NUMBER(19) NOT NULL,
  oldest_at TIMESTAMP(3) NOT NULL,
  newest_at TIMESTAMP(3) NOT NULL,
  ids_hash RAW(32) NOT NULL,
  archive_file VARCHAR2(100 CHAR),
  archive_hash RAW(32),
  at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_sweep_chunk PRIMARY KEY (run_id, chunk_no),
  CONSTRAINT fk_sweep_chunk_run FOREIGN KEY (run_id) REFERENCES sweep_run (id)
);

CREATE TABLE archived_dek (
  dek_id NUMBER(19) NOT NULL,
  run_id VARCHAR2(36) NOT NULL,
  CONSTRAINT pk_archived_dek PRIMARY KEY (dek_id)
);
COMMENT ON TABLE archived_dek IS 'Keys whose envelopes an archive holds: they stay readable when their owner goes';

-- What is due, in the order sweeps walk; none of these columns changes with a message.
CREATE INDEX ix_conversation_closed ON conversation (closed_at, id);
CREATE INDEX ix_ticket_solved ON ticket (solved_at, id);
CREATE INDEX ix_requester_updated ON requester (updated_at, id);
-- What goes with a conversation.
CREATE INDEX ix_visitor_session_conv ON visitor_session (conversation_id);
CREATE INDEX ix_assist_event_conv ON assist_event (conversation_id);

CREATE OR REPLACE TRIGGER tr_legal_hold_enc BEFORE INSERT OR UPDATE ON legal_hold FOR EACH ROW
BEGIN
  IF (DBMS_LOB.SUBSTR(:NEW.reason_enc, 1, 1) <> HEXTORAW('E1')) OR
     (DBMS_LOB.SUBSTR(:NEW.authority_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/
