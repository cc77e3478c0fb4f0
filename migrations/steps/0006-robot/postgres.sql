-- Trained models of the robot, and what it decided for each message. Neither holds a text of a requester.

CREATE TABLE robot_model (
  locale varchar(10) NOT NULL,
  knowledge_hash varchar(64) NOT NULL,
  model_hash varchar(64) NOT NULL,
  article_count bigint NOT NULL,
  question_count bigint NOT NULL,
  training_ms bigint NOT NULL,
  trained_at timestamp(3) NOT NULL,
  bytes_base64 text NOT NULL,
  CONSTRAINT pk_robot_model PRIMARY KEY (locale, knowledge_hash)
);
CREATE INDEX ix_robot_model_trained ON robot_model (locale, trained_at);

CREATE TABLE robot_turn (
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  message_seq bigint NOT NULL,
  message_id uuid NOT NULL,
  locale varchar(10) NOT NULL,
  outcome varchar(20) NOT NULL,
  reason varchar(40) NOT NULL,
  confidence_ppm bigint NOT NULL,
  candidates text NOT NULL,
  article_id uuid,
  article_version bigint,
  model_hash varchar(64) NOT NULL,
  took_ms bigint NOT NULL,
  at timestamp(3) NOT NULL,
  CONSTRAINT pk_robot_turn PRIMARY KEY (id),
  CONSTRAINT ck_robot_turn_outcome CHECK (outcome IN ('answer', 'clarify', 'fallback', 'handoff'))
);
CREATE INDEX ix_robot_turn_conversation ON robot_turn (conversation_id, message_seq, id);
CREATE INDEX ix_robot_turn_at ON robot_turn (at, id);
CREATE INDEX ix_robot_turn_article ON robot_turn (article_id, at);
