-- Systems outside that are asked: settings, secrets, calls, recordings, and writes that wait.

CREATE TABLE connector (
  id VARCHAR2(36) NOT NULL,
  name VARCHAR2(100 CHAR) NOT NULL,
  module VARCHAR2(30 CHAR) NOT NULL,
  config CLOB NOT NULL,
  tls CLOB NOT NULL,
  state VARCHAR2(10 CHAR) NOT NULL,
  health VARCHAR2(10 CHAR) NOT NULL,
  health_code VARCHAR2(64 CHAR),
  drift CLOB NOT NULL,
  shapes CLOB NOT NULL,
  checked_at TIMESTAMP(3),
  certificate_ends_at TIMESTAMP(3),
  created_by_id VARCHAR2(64 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_connector PRIMARY KEY (id),
  CONSTRAINT ux_connector_name UNIQUE (name),
  CONSTRAINT ck_connector_state CHECK (state IN ('off', 'live', 'record', 'replay')),
  CONSTRAINT ck_connector_health CHECK (health IN ('unknown', 'ok', 'degraded', 'down'))
);

CREATE TABLE connector_secret (
  id VARCHAR2(36) NOT NULL,
  connector_id VARCHAR2(36) NOT NULL,
  name VARCHAR2(40 CHAR) NOT NULL,
  value_enc BLOB NOT NULL,
  old_enc BLOB,
  old_until_at TIMESTAMP(3),
  changed_by_id VARCHAR2(64 CHAR) NOT NULL,
  changed_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_connector_secret PRIMARY KEY (id),
  CONSTRAINT ux_connector_secret UNIQUE (connector_id, name),
  CONSTRAINT fk_connector_secret FOREIGN KEY (connector_id) REFERENCES connector (id)
);

-- A CHECK cannot read a BLOB, so a trigger lets nothing but envelopes in.
CREATE OR REPLACE TRIGGER connector_secret_tg
BEFORE INSERT OR UPDATE OF value_enc, old_enc ON connector_secret FOR EACH ROW
BEGIN
  IF NVL(RAWTOHEX(DBMS_LOB.SUBSTR(:NEW.value_enc, 1, 1)), 'none') <> 'E1'
    OR (:NEW.old_enc IS NOT NULL
      AND NVL(RAWTOHEX(DBMS_LOB.SUBSTR(:NEW.old_enc, 1, 1)), 'none') <> 'E1')
  THEN
    RAISE_APPLICATION_ERROR(-20001, 'connector_secret takes sealed values only');
  END IF;
END;
/

CREATE TABLE connector_call (
  id VARCHAR2(36) NOT NULL,
  connector_id VARCHAR2(36) NOT NULL,
  operation VARCHAR2(60 CHAR) NOT NULL,
  purpose VARCHAR2(20 CHAR) NOT NULL,
  outcome VARCHAR2(10 CHAR) NOT NULL,
  code VARCHAR2(64 CHAR),
  reason VARCHAR2(40 CHAR),
  tries NUMBER(19) NOT NULL,
  took_ms NUMBER(19) NOT NULL,
  record_count NUMBER(19) NOT NULL,
  correlation_id VARCHAR2(36) NOT NULL,
  ticket_id VARCHAR2(36),
  conversation_id VARCHAR2(36),
  at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_connector_call PRIMARY KEY (id),
  CONSTRAINT fk_connector_call FOREIGN KEY (connector_id) REFERENCES connector (id)
);

CREATE TABLE connector_sample (
  id VARCHAR2(36) NOT NULL,
  connector_id VARCHAR2(36) NOT NULL,
  operation VARCHAR2(60 CHAR) NOT NULL,
  input_bix RAW(8) NOT NULL,
  document CLOB NOT NULL,
  at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_connector_sample PRIMARY KEY (id),
  CONSTRAINT ux_connector_sample UNIQUE (connector_id, operation, input_bix),
  CONSTRAINT fk_connector_sample FOREIGN KEY (connector_id) REFERENCES connector (id)
);

CREATE TABLE connector_write (
  id VARCHAR2(36) NOT NULL,
  connector_id VARCHAR2(36) NOT NULL,
  operation VARCHAR2(60 CHAR) NOT NULL,
  purpose VARCHAR2(20 CHAR) NOT NULL,
  actor_type VARCHAR2(20 CHAR) NOT NULL,
  actor_id VARCHAR2(64 CHAR) NOT NULL,
  requester_id VARCHAR2(36) NOT NULL,
  ticket_id VARCHAR2(36),
  input_enc BLOB,
  state NUMBER(19) NOT NULL,
  is_sent NUMBER(1) NOT NULL,
  attempts NUMBER(19) NOT NULL,
  next_at TIMESTAMP(3) NOT NULL,
  last_code VARCHAR2(64 CHAR),
  reference VARCHAR2(200 CHAR),
  created_at TIMESTAMP(3) NOT NULL,
  done_at TIMESTAMP(3),
  CONSTRAINT pk_connector_write PRIMARY KEY (id),
  CONSTRAINT fk_connector_write FOREIGN KEY (connector_id) REFERENCES connector (id),
  CONSTRAINT ck_connector_write_state CHECK (state IN (0, 1, 2, 3)),
  CONSTRAINT ck_connector_write_sent CHECK (is_sent IN (0, 1))
);

-- A CHECK cannot read a BLOB, so a trigger lets nothing but envelopes in.
CREATE OR REPLACE TRIGGER connector_write_tg
BEFORE INSERT OR UPDATE OF input_enc ON connector_write FOR EACH ROW
BEGIN
  IF :NEW.input_enc IS NOT NULL
    AND NVL(RAWTOHEX(DBMS_LOB.SUBSTR(:NEW.input_enc, 1, 1)), 'none') <> 'E1'
  THEN
    RAISE_APPLICATION_ERROR(-20001, 'connector_write takes sealed values only');
  END IF;
END;
/

COMMENT ON COLUMN connector_write.state IS '0 waiting, 1 done, 2 failed, 3 unknown';
COMMENT ON COLUMN connector_sample.document IS 'Answers without content: digits, letters, and characters blanked';
CREATE INDEX ix_connector_call_log ON connector_call (connector_id, id);
CREATE INDEX ix_connector_call_age ON connector_call (at);
CREATE INDEX ix_connector_write_due ON connector_write (state, next_at, id);
CREATE INDEX ix_connector_write_ticket ON connector_write (ticket_id, id);
CREATE INDEX ix_connector_write_wait ON connector_write (connector_id, state);
