-- Instants are UTC, written by the program. Ids are made by the program. A sealed value begins with byte 0xE1.

CREATE TABLE installation (
  id         VARCHAR2(36 CHAR) NOT NULL CONSTRAINT installation_pk PRIMARY KEY,
  created_at TIMESTAMP(3)      NOT NULL
);
COMMENT ON TABLE installation IS 'One row: the id that enters the additional data of every sealed value';

CREATE TABLE crypto_dek (
  id         NUMBER(18)        NOT NULL CONSTRAINT crypto_dek_pk PRIMARY KEY,
  scope      VARCHAR2(16 CHAR) NOT NULL CONSTRAINT crypto_dek_scope_ck CHECK (scope IN ('installation', 'requester')),
  owner_id   VARCHAR2(64 CHAR) NOT NULL,
  kek_id     VARCHAR2(64 CHAR) NOT NULL,
  alg        NUMBER(4)         NOT NULL,
  state      VARCHAR2(16 CHAR) NOT NULL
             CONSTRAINT crypto_dek_state_ck CHECK (state IN ('active', 'decrypt_only', 'destroyed')),
  wrapped    RAW(2000)         NOT NULL,
  writes     NUMBER(18)        DEFAULT 0 NOT NULL,
  created_at TIMESTAMP(3)      NOT NULL
);
COMMENT ON TABLE crypto_dek IS 'Data keys, wrapped by the key-encrypting key; a destroyed one has no key bytes left';
CREATE INDEX crypto_dek_owner_ix ON crypto_dek (owner_id, scope);
CREATE INDEX crypto_dek_kek_ix ON crypto_dek (kek_id);

CREATE TABLE id_block (
  name       VARCHAR2(64 CHAR) NOT NULL CONSTRAINT id_block_pk PRIMARY KEY,
  next_value NUMBER(18)        NOT NULL
);
COMMENT ON TABLE id_block IS 'Number ranges that processes reserve in blocks, instead of sequences';

CREATE TABLE outbox_event (
  id              VARCHAR2(36 CHAR) NOT NULL CONSTRAINT outbox_event_pk PRIMARY KEY,
  position        NUMBER(18)        NOT NULL,
  type            VARCHAR2(64 CHAR) NOT NULL,
  event_key       VARCHAR2(64 CHAR) NOT NULL,
  at              TIMESTAMP(3)      NOT NULL,
  payload         CLOB              NOT NULL,
  state           NUMBER(1)         NOT NULL CONSTRAINT outbox_event_state_ck CHECK (state IN (0, 1, 2)),
  attempts        NUMBER(9)         NOT NULL,
  next_at         TIMESTAMP(3)      NOT NULL,
  last_error_code VARCHAR2(64 CHAR)
);
COMMENT ON TABLE outbox_event IS 'Events committed with the change they tell of; payload holds ids only, no text';
COMMENT ON COLUMN outbox_event.state IS '0 pending, 1 done, 2 dead';
-- Rows whose every indexed expression is null are not in an Oracle index: the counterpart of a partial index.
CREATE INDEX outbox_event_pending_ix ON outbox_event (CASE WHEN state = 0 THEN position END);
CREATE INDEX outbox_event_key_ix ON outbox_event
  (CASE WHEN state = 0 THEN event_key END, CASE WHEN state = 0 THEN position END);
CREATE INDEX outbox_event_done_ix ON outbox_event (CASE WHEN state = 1 THEN at END);

CREATE TABLE lease (
  name     VARCHAR2(64 CHAR) NOT NULL CONSTRAINT lease_pk PRIMARY KEY,
  holder   VARCHAR2(64 CHAR) NOT NULL,
  until_at TIMESTAMP(3)      NOT NULL,
  fence    NUMBER(18)        NOT NULL
);
COMMENT ON TABLE lease IS 'Named leases; fence grows with every change of holder';

CREATE TABLE dead_letter (
  id         VARCHAR2(36 CHAR) NOT NULL CONSTRAINT dead_letter_pk PRIMARY KEY,
  event_id   VARCHAR2(36 CHAR) NOT NULL CONSTRAINT dead_letter_event_fk REFERENCES outbox_event (id),
  handler    VARCHAR2(64 CHAR) NOT NULL,
  at         TIMESTAMP(3)      NOT NULL,
  error_code VARCHAR2(64 CHAR) NOT NULL,
  attempts   NUMBER(9)         NOT NULL,
  CONSTRAINT dead_letter_event_uq UNIQUE (event_id, handler)
);
COMMENT ON TABLE dead_letter IS 'Events a handler kept failing on; shown in the console';
CREATE INDEX dead_letter_at_ix ON dead_letter (at, id);

CREATE TABLE idempotency_record (
  actor_id   VARCHAR2(64 CHAR) NOT NULL,
  key_hash   RAW(32)           NOT NULL CONSTRAINT idempotency_key_ck CHECK (LENGTHB(RAWTOHEX(key_hash)) = 64),
  body_hash  RAW(32)           NOT NULL CONSTRAINT idempotency_body_ck CHECK (LENGTHB(RAWTOHEX(body_hash)) = 64),
  state      NUMBER(1)         NOT NULL CONSTRAINT idempotency_state_ck CHECK (state IN (0, 1)),
  status     NUMBER(4),
  answer_enc BLOB,
  created_at TIMESTAMP(3)      NOT NULL,
  CONSTRAINT idempotency_record_pk PRIMARY KEY (actor_id, key_hash)
);
COMMENT ON TABLE idempotency_record IS 'Answers kept 24 h for a repeated Idempotency-Key';
COMMENT ON COLUMN idempotency_record.state IS '0 running, 1 answered';
CREATE INDEX idempotency_created_ix ON idempotency_record (created_at);

-- A CHECK cannot read a BLOB, so a trigger lets nothing but an envelope in.
CREATE OR REPLACE TRIGGER idempotency_answer_tg
BEFORE INSERT OR UPDATE OF answer_enc ON idempotency_record FOR EACH ROW
BEGIN
  IF :NEW.answer_enc IS NOT NULL AND NVL(RAWTOHEX(DBMS_LOB.SUBSTR(:NEW.answer_enc, 1, 1)), 'none') <> 'E1' THEN
    RAISE_APPLICATION_ERROR(-20001, 'idempotency_record.answer_enc takes a sealed value only');
  END IF;
END;
/
