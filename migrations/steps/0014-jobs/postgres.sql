-- Jobs: when each kind runs, and every run with its checkpoint. Parameters, states, and results hold ids and numbers.

CREATE TABLE job_schedule (
  kind varchar(64) NOT NULL,
  cron varchar(200),
  is_enabled smallint NOT NULL,
  next_at timestamp(3) NOT NULL,
  changed_by varchar(64),
  changed_at timestamp(3) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_job_schedule PRIMARY KEY (kind),
  CONSTRAINT ck_job_schedule_enabled CHECK (is_enabled IN (0, 1))
);
COMMENT ON TABLE job_schedule IS 'One row a scheduled kind; cron is NULL while the default of the program holds';

CREATE TABLE job (
  id uuid NOT NULL,
  kind varchar(64) NOT NULL,
  state varchar(16) NOT NULL,
  cause varchar(16) NOT NULL,
  job_key varchar(128),
  open_key varchar(200),
  params text NOT NULL,
  due_at timestamp(3) NOT NULL,
  created_at timestamp(3) NOT NULL,
  actor_type varchar(16) NOT NULL,
  actor_id varchar(64) NOT NULL,
  attempts bigint NOT NULL,
  restarts bigint NOT NULL,
  claim uuid,
  claimed_until timestamp(3),
  is_cancelling smallint NOT NULL,
  started_at timestamp(3),
  ended_at timestamp(3),
  run_state text,
  done bigint,
  total bigint,
  run_result text,
  error_code varchar(60),
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
