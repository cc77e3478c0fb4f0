-- Instants are UTC, written by the program. Ids are made by the program. A sealed value begins with byte 0xE1 (225).

CREATE TABLE installation (
  id         uuid         NOT NULL CONSTRAINT installation_pk PRIMARY KEY,
  created_at timestamp(3) NOT NULL
);
COMMENT ON TABLE installation IS 'One row: the id that enters the additional data of every sealed value';

CREATE TABLE crypto_dek (
  id         bigint       NOT NULL CONSTRAINT crypto_dek_pk PRIMARY KEY,
  scope      varchar(16)  NOT NULL CONSTRAINT crypto_dek_scope_ck CHECK (scope IN ('installation', 'requester')),
  owner_id   varchar(64)  NOT NULL,
  kek_id     varchar(64)  NOT NULL,
  alg        smallint     NOT NULL,
  state      varchar(16)  NOT NULL
             CONSTRAINT crypto_dek_state_ck CHECK (state IN ('active', 'decrypt_only', 'destroyed')),
  wrapped    bytea        NOT NULL CONSTRAINT crypto_dek_wrapped_ck CHECK (octet_length(wrapped) <= 2000),
  writes     bigint       DEFAULT 0 NOT NULL,
  created_at timestamp(3) NOT NULL
);
COMMENT ON TABLE crypto_dek IS 'Data keys, wrapped by the key-encrypting key; a destroyed one has no key bytes left';
CREATE INDEX crypto_dek_owner_ix ON crypto_dek (owner_id, scope);
CREATE INDEX crypto_dek_kek_ix ON crypto_dek (kek_id);

CREATE TABLE id_block (
  name       varchar(64) NOT NULL CONSTRAINT id_block_pk PRIMARY KEY,
  next_value bigint      NOT NULL
);
COMMENT ON TABLE id_block IS 'Number ranges that processes reserve in blocks, instead of sequences';

CREATE TABLE outbox_event (
  id              uuid         NOT NULL CONSTRAINT outbox_event_pk PRIMARY KEY,
  position        bigint       NOT NULL,
  type            varchar(64)  NOT NULL,
  event_key       varchar(64)  NOT NULL,
  at              timestamp(3) NOT NULL,
  payload         text         NOT NULL,
  state           smallint     NOT NULL CONSTRAINT outbox_event_state_ck CHECK (state IN (0, 1, 2)),
  attempts        integer      NOT NULL,
  next_at         timestamp(3) NOT NULL,
  last_error_code varchar(64)
);
COMMENT ON TABLE outbox_event IS 'Events committed with the change they tell of; payload holds ids only, no text';
COMMENT ON COLUMN outbox_event.state IS '0 pending, 1 done, 2 dead';
CREATE INDEX outbox_event_pending_ix ON outbox_event (position) WHERE state = 0;
CREATE INDEX outbox_event_key_ix ON outbox_event (event_key, position) WHERE state = 0;
CREATE INDEX outbox_event_done_ix ON outbox_event (at) WHERE state = 1;

CREATE TABLE lease (
  name     varchar(64)  NOT NULL CONSTRAINT lease_pk PRIMARY KEY,
  holder   varchar(64)  NOT NULL,
  until_at timestamp(3) NOT NULL,
  fence    bigint       NOT NULL
);
COMMENT ON TABLE lease IS 'Named leases; fence grows with every change of holder';

CREATE TABLE dead_letter (
  id         uuid         NOT NULL CONSTRAINT dead_letter_pk PRIMARY KEY,
  event_id   uuid         NOT NULL CONSTRAINT dead_letter_event_fk REFERENCES outbox_event (id),
  handler    varchar(64)  NOT NULL,
  at         timestamp(3) NOT NULL,
  error_code varchar(64)  NOT NULL,
  attempts   integer      NOT NULL,
  CONSTRAINT dead_letter_event_uq UNIQUE (event_id, handler)
);
COMMENT ON TABLE dead_letter IS 'Events a handler kept failing on; shown in the console';
CREATE INDEX dead_letter_at_ix ON dead_letter (at, id);

CREATE TABLE idempotency_record (
  actor_id   varchar(64)  NOT NULL,
  key_hash   bytea        NOT NULL CONSTRAINT idempotency_key_ck CHECK (octet_length(key_hash) = 32),
  body_hash  bytea        NOT NULL CONSTRAINT idempotency_body_ck CHECK (octet_length(body_hash) = 32),
  state      smallint     NOT NULL CONSTRAINT idempotency_state_ck CHECK (state IN (0, 1)),
  status     smallint,
  answer_enc bytea        CONSTRAINT idempotency_answer_ck CHECK (get_byte(answer_enc, 0) = 225),
  created_at timestamp(3) NOT NULL,
  CONSTRAINT idempotency_record_pk PRIMARY KEY (actor_id, key_hash)
);
COMMENT ON TABLE idempotency_record IS 'Answers kept 24 h for a repeated Idempotency-Key';
COMMENT ON COLUMN idempotency_record.state IS '0 running, 1 answered';
CREATE INDEX idempotency_created_ix ON idempotency_record (created_at);
