-- Systems outside that are asked: settings, secrets, calls, recordings, and writes that wait.

CREATE TABLE connector (
  id uuid NOT NULL,
  name varchar(100) NOT NULL,
  module varchar(30) NOT NULL,
  config text NOT NULL,
  tls text NOT NULL,
  state varchar(10) NOT NULL,
  health varchar(10) NOT NULL,
  health_code varchar(64),
  drift text NOT NULL,
  shapes text NOT NULL,
  checked_at timestamp(3),
  certificate_ends_at timestamp(3),
  created_by_id varchar(64) NOT NULL,
  created_at timestamp(3) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_connector PRIMARY KEY (id),
  CONSTRAINT ux_connector_name UNIQUE (name),
  CONSTRAINT ck_connector_state CHECK (state IN ('off', 'live', 'record', 'replay')),
  CONSTRAINT ck_connector_health CHECK (health IN ('unknown', 'ok', 'degraded', 'down'))
);

CREATE TABLE connector_secret (
  id uuid NOT NULL,
  connector_id uuid NOT NULL,
  name varchar(40) NOT NULL,
  value_enc bytea NOT NULL,
  old_enc bytea,
  old_until_at timestamp(3),
  changed_by_id varchar(64) NOT NULL,
  changed_at timestamp(3) NOT NULL,
  CONSTRAINT pk_connector_secret PRIMARY KEY (id),
  CONSTRAINT ux_connector_secret UNIQUE (connector_id, name),
  CONSTRAINT fk_connector_secret FOREIGN KEY (connector_id) REFERENCES connector (id),
  CONSTRAINT ck_connector_secret CHECK (get_byte(value_enc, 0) = 225),
  CONSTRAINT ck_connector_secret_old CHECK (old_enc IS NULL OR get_byte(old_enc, 0) = 225)
);

CREATE TABLE connector_call (
  id uuid NOT NULL,
  connector_id uuid NOT NULL,
  operation varchar(60) NOT NULL,
  purpose varchar(20) NOT NULL,
  outcome varchar(10) NOT NULL,
  code varchar(64),
  reason varchar(40),
  tries bigint NOT NULL,
  took_ms bigint NOT NULL,
  record_count bigint NOT NULL,
  correlation_id uuid NOT NULL,
  ticket_id uuid,
  conversation_id uuid,
  at timestamp(3) NOT NULL,
  CONSTRAINT pk_connector_call PRIMARY KEY (id),
  CONSTRAINT fk_connector_call FOREIGN KEY (connector_id) REFERENCES connector (id)
);

CREATE TABLE connector_sample (
  id uuid NOT NULL,
  connector_id uuid NOT NULL,
  operation varchar(60) NOT NULL,
  input_bix bytea NOT NULL,
  document text NOT NULL,
  at timestamp(3) NOT NULL,
  CONSTRAINT pk_connector_sample PRIMARY KEY (id),
  CONSTRAINT ux_connector_sample UNIQUE (connector_id, operation, input_bix),
  CONSTRAINT fk_connector_sample FOREIGN KEY (connector_id) REFERENCES connector (id)
);

CREATE TABLE connector_write (
  id uuid NOT NULL,
  connector_id uuid NOT NULL,
  operation varchar(60) NOT NULL,
  purpose varchar(20) NOT NULL,
  actor_type varchar(20) NOT NULL,
  actor_id varchar(64) NOT NULL,
  requester_id uuid NOT NULL,
  ticket_id uuid,
  input_enc bytea,
  state bigint NOT NULL,
  is_sent smallint NOT NULL,
  attempts bigint NOT NULL,
  next_at timestamp(3) NOT NULL,
  last_code varchar(64),
  reference varchar(200),
  created_at timestamp(3) NOT NULL,
  done_at timestamp(3),
  CONSTRAINT pk_connector_write PRIMARY KEY (id),
  CONSTRAINT fk_connector_write FOREIGN KEY (connector_id) REFERENCES connector (id),
  CONSTRAINT ck_connector_write_state CHECK (state IN (0, 1, 2, 3)),
  CONSTRAINT ck_connector_write_sent CHECK (is_sent IN (0, 1)),
  CONSTRAINT ck_connector_write_input CHECK (input_enc IS NULL OR get_byte(input_enc, 0) = 225)
);

COMMENT ON COLUMN connector_write.state IS '0 waiting, 1 done, 2 failed, 3 unknown';
COMMENT ON COLUMN connector_sample.document IS 'Answers without content: digits, letters, and characters blanked';
CREATE INDEX ix_connector_call_log ON connector_call (connector_id, id);
CREATE INDEX ix_connector_call_age ON connector_call (at);
CREATE INDEX ix_connector_write_due ON connector_write (state, next_at, id);
CREATE INDEX ix_connector_write_ticket ON connector_write (ticket_id, id);
CREATE INDEX ix_connector_write_wait ON connector_write (connector_id, state);
