-- Keyed tokens of messages, by which conversations are found by their words, and how far the walk over them is.

-- One row a token of a message; PostgreSQL keeps all of them as one array in the column of the same name.
CREATE TABLE message_token (
  conversation_id VARCHAR2(36) NOT NULL,
  opened_month NUMBER(19) NOT NULL,
  seq NUMBER(19) NOT NULL,
  message_id VARCHAR2(36) NOT NULL,
  at TIMESTAMP(3) NOT NULL,
  index_version NUMBER(19) NOT NULL,
  tokens NUMBER(19) NOT NULL,
  CONSTRAINT pk_message_token PRIMARY KEY (tokens, conversation_id, seq)
);
CREATE INDEX ix_message_token ON message_token (conversation_id, seq);

CREATE TABLE search_mark (
  name VARCHAR2(64 CHAR) NOT NULL,
  done_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_search_mark PRIMARY KEY (name)
);
