-- Trained models of the robot, and what it decided for each message. Neither holds a text of a requester.

CREATE TABLE robot_model (
  locale VARCHAR2(10 CHAR) NOT NULL,
  knowledge_hash VARCHAR2(64 CHAR) NOT NULL,
  model_hash VARCHAR2(64 CHAR) NOT NULL,
  article_count NUMBER(19) NOT NULL,
  question_count NUMBER(19) NOT NULL,
  training_ms NUMBER(19) NOT NULL,
  trained_at TIMESTAMP(3) NOT NULL,
  bytes_base64 CLOB NOT NULL,
  CONSTRAINT pk_robot_model PRIMARY KEY (locale, knowledge_hash)
);
CREATE INDEX ix_robot_model_trained ON robot_model (locale, trained_at);

CREATE TABLE robot_turn (
  id VARCHAR2(36) NOT NULL,
  conversation_id VARCHAR2(36) NOT NULL,
  message_seq NUMBER(19) NOT NULL,
  message_id VARCHAR2(36) NOT NULL,
  locale VARCHAR2(10 CHAR) NOT NULL,
  outcome VARCHAR2(20 CHAR) NOT NULL,
  reason VARCHAR2(40 CHAR) NOT NULL,
  confidence_ppm NUMBER(19) NOT NULL,
  candidates CLOB NOT NULL,
  article_id VARCHAR2(36),
  article_version NUMBER(19),
  model_hash VARCHAR2(64 CHAR) NOT NULL,
  took_ms NUMBER(19) NOT NULL,
  at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_robot_turn PRIMARY KEY (id),
  CONSTRAINT ck_robot_turn_outcome CHECK (outcome IN ('answer', 'clarify', 'fallback', 'handoff'))
);
CREATE INDEX ix_robot_turn_conversation ON robot_turn (conversation_id, message_seq, id);
CREATE INDEX ix_robot_turn_at ON robot_turn (at, id);
CREATE INDEX ix_robot_turn_article ON robot_turn (article_id, at);
