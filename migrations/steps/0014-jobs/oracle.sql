-- Jobs: when each kind runs, and every run with its checkpoint. Parameters, states, and results hold ids and numbers.

CREATE TABLE job_schedule (
  kind VARCHAR2(64 CHAR) NOT NULL,
  cron VARCHAR2(200 CHAR),
  is_enabled NUMBER(1) NOT NULL,
  next_at TIMESTAMP(3) NOT NULL,
  changed_by VARCHAR2(64 CHAR),
  changed_at TIMESTAMP(3) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_job_schedule PRIMARY KEY (kind),
  CONSTRAINT ck_job_schedule_enabled CHECK (is_enabled IN (0, 1))
);
COMMENT ON TABLE job_schedule IS 'One row a scheduled kind; cron is NULL while the default of the program holds';

CREATE TABLE job (
  id VARCHAR2(36) NOT NULL,
  kind VARCHAR2(64 CHAR) NOT NULL,
  state VARCHAR2(16 CHAR) NOT NULL,
  cause VARCHAR2(16 CHAR) NOT NULL,
  job_key VARCHAR2(128 CHAR),
  open_key VARCHAR2(200 CHAR),
  params CLOB NOT NULL,
  due_at TIMESTAMP(3) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  actor_type VARCHAR2(16 CHAR) NOT NULL,
  actor_id VARCHAR2(64 CHAR) NOT NULL,
  attempts NUMBER(19) NOT NULL,
  restarts NUMBER(19) NOT NULL,
  claim VARCHAR2(36),
  claimed_until TIMESTAMP(3),
  is_cancelling NUMBER(1) NOT NULL,
  started_at TIMESTAMP(3),
  ended_at TIMESTAMP(3),
  run_state CLOB,
  done NUMBER(19),
  total NUMBER(19),
  run_result CLOB,
  error_code VARCHAR2(60 CHAR),
  CONSTRAINT pk_job PRIMARY KEY (id),
  CONSTRAINT ux_job_open UNIQUE (open_key),
  CONSTRAINT ck_job_state CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'parked')),
  CONSTRAINT ck_job_cause CHECK (cause IN ('schedule', 'demand', 'person')),
  CONSTRAINT ck_job_cancelling CHECK (is_cancelling IN (0, 1)),
  CONSTRAINT ck_job_claim CHECK ((state = 'running' AND claim IS NOT NULL AND claimed_until IS NOT NULL)
    OR (state <> 'running' AND claim IS NULL AND claimed_until IS NULL))
);
COMMENT ON COLUMN job.open_key IS 'Kind and key while the job is open: at most one open job a key; NULL when it ended';
COMMENT ON COLUMN job.claim IS 'Token of the one process that may write to this run';
CREATE INDEX ix_job_due ON job (state, kind, due_at, id);
CREATE INDEX ix_job_kind ON job (kind, created_at, id);
CREATE INDEX ix_job_created ON job (created_at, id);
CREATE INDEX ix_job_state ON job (state, created_at, id);
CREATE INDEX ix_job_ended ON job (kind, ended_at, id);
