-- Keyed tokens of messages, by which conversations are found by their words, and how far the walk over them is.

-- One row a message with all its tokens; on Oracle, which has no arrays, one row a token.
CREATE TABLE message_token (
  conversation_id uuid NOT NULL,
  opened_month bigint NOT NULL,
  seq bigint NOT NULL,
  message_id uuid NOT NULL,
  at timestamp(3) NOT NULL,
  index_version bigint NOT NULL,
  tokens bigint[] NOT NULL,
  CONSTRAINT pk_message_token PRIMARY KEY (conversation_id, seq)
);
-- Frequent words are found by walking the newest, rare ones by the tokens: the planner must know which are which.
ALTER TABLE message_token ALTER COLUMN tokens SET STATISTICS 1000;
CREATE INDEX ix_message_token ON message_token USING gin (tokens);
CREATE INDEX ix_message_token_at ON message_token (at, message_id);

CREATE TABLE search_mark (
  name varchar(64) NOT NULL,
  done_at timestamp(3) NOT NULL,
  CONSTRAINT pk_search_mark PRIMARY KEY (name)
);
