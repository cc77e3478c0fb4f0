-- Receivers outside that are told of events, and the queue of what they are told.

CREATE TABLE webhook (
  id uuid NOT NULL,
  name varchar(100) NOT NULL,
  url_enc bytea NOT NULL,
  protocol varchar(10) NOT NULL,
  host varchar(253) NOT NULL,
  port bigint NOT NULL,
  event_types text NOT NULL,
  state varchar(10) NOT NULL,
  stopped_code varchar(64),
  secret_enc bytea NOT NULL,
  old_secret_enc bytea,
  old_until_at timestamp(3),
  failure_count bigint NOT NULL,
  failing_since_at timestamp(3),
  open_until_at timestamp(3),
  last_error_code varchar(64),
  last_delivered_at timestamp(3),
  created_by_id varchar(64) NOT NULL,
  created_at timestamp(3) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_webhook PRIMARY KEY (id),
  CONSTRAINT ck_webhook_state CHECK (state IN ('active', 'paused', 'stopped')),
  CONSTRAINT ck_webhook_url CHECK (get_byte(url_enc, 0) = 225),
  CONSTRAINT ck_webhook_secret CHECK (get_byte(secret_enc, 0) = 225),
  CONSTRAINT ck_webhook_old_secret CHECK (old_secret_enc IS NULL OR get_byte(old_secret_enc, 0) = 225)
);
COMMENT ON COLUMN webhook.open_until_at IS 'The receiver is left alone until then, after failures in a row';

CREATE TABLE webhook_delivery (
  id uuid NOT NULL,
  webhook_id uuid NOT NULL,
  event_id uuid NOT NULL,
  event_type varchar(64) NOT NULL,
  event_key varchar(64) NOT NULL,
  event_at timestamp(3) NOT NULL,
  payload text NOT NULL,
  state bigint NOT NULL,
  attempts bigint NOT NULL,
  next_at timestamp(3) NOT NULL,
  created_at timestamp(3) NOT NULL,
  last_at timestamp(3),
  last_status bigint,
  last_error_code varchar(64),
  last_ms bigint,
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
