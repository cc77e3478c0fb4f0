-- Receivers outside that are told of events, and the queue of what they are told.

CREATE TABLE webhook (
  id VARCHAR2(36) NOT NULL,
  name VARCHAR2(100 CHAR) NOT NULL,
  url_enc BLOB NOT NULL,
  protocol VARCHAR2(10 CHAR) NOT NULL,
  host VARCHAR2(253 CHAR) NOT NULL,
  port NUMBER(19) NOT NULL,
  event_types CLOB NOT NULL,
  state VARCHAR2(10 CHAR) NOT NULL,
  stopped_code VARCHAR2(64 CHAR),
  secret_enc BLOB NOT NULL,
  old_secret_enc BLOB,
  old_until_at TIMESTAMP(3),
  failure_count NUMBER(19) NOT NULL,
  failing_since_at TIMESTAMP(3),
  open_until_at TIMESTAMP(3),
  last_error_code VARCHAR2(64 CHAR),
  last_delivered_at TIMESTAMP(3),
  created_by_id VARCHAR2(64 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_webhook PRIMARY KEY (id),
  CONSTRAINT ck_webhook_state CHECK (state IN ('active', 'paused', 'stopped'))
);
COMMENT ON COLUMN webhook.open_until_at IS 'The receiver is left alone until then, after failures in a row';

-- A CHECK cannot read a BLOB, so a trigger lets nothing but envelopes in.
CREATE OR REPLACE TRIGGER webhook_sealed_tg
BEFORE INSERT OR UPDATE OF url_enc, secret_enc, old_secret_enc ON webhook FOR EACH ROW
BEGIN
  IF NVL(RAWTOHEX(DBMS_LOB.SUBSTR(:NEW.url_enc, 1, 1)), 'none') <> 'E1'
    OR NVL(RAWTOHEX(DBMS_LOB.SUBSTR(:NEW.secret_enc, 1, 1)), 'none') <> 'E1'
    OR (:NEW.old_secret_enc IS NOT NULL
      AND NVL(RAWTOHEX(DBMS_LOB.SUBSTR(:NEW.old_secret_enc, 1, 1)), 'none') <> 'E1')
  THEN
    RAISE_APPLICATION_ERROR(-20001, 'webhook takes sealed values only');
  END IF;
END;
/

CREATE TABLE webhook_delivery (
  id VARCHAR2(36) NOT NULL,
  webhook_id VARCHAR2(36) NOT NULL,
  event_id VARCHAR2(36) NOT NULL,
  event_type VARCHAR2(64 CHAR) NOT NULL,
  event_key VARCHAR2(64 CHAR) NOT NULL,
  event_at TIMESTAMP(3) NOT NULL,
  payload CLOB NOT NULL,
  state NUMBER(19) NOT NULL,
  attempts NUMBER(19) NOT NULL,
  next_at TIMESTAMP(3) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  last_at TIMESTAMP(3),
  last_status NUMBER(19),
  last_error_code VARCHAR2(64 CHAR),
  last_ms NUMBER(19),
  CONSTRAINT pk_webhook_delivery PRIMARY KEY (id),
  CONSTRAINT ux_webhook_delivery_event UNIQUE (webhook_id, event_id),
  CONSTRAINT ck_webhook_delivery_state CHECK (state IN (0, 1, 2)),
  CONSTRAINT fk_webhook_delivery_hook FOREIGN KEY (webhook_id) REFERENCES webhook (id)
);
COMMENT ON COLUMN webhook_delivery.state IS '0 pending, 1 delivered, 2 dead';
COMMENT ON COLUMN webhook_delivery.payload IS 'Ids, numbers, and codes of the event, no text';
CREATE INDEX ix_webhook_delivery_due ON webhook_delivery (webhook_id, state, next_at, id);
CREATE INDEX ix_webhook_delivery_key ON webhook_delivery (webhook_id, event_key, state, id);
CREATE INDEX ix_webhook_delivery_log ON webhook_delivery (webhook_id, state, id);
CREATE INDEX ix_webhook_delivery_all ON webhook_delivery (webhook_id, id);
CREATE INDEX ix_webhook_delivery_age ON webhook_delivery (state, created_at);
