-- What the robot would like to learn from conversations, for people to decide on. References and codes, no text.

CREATE TABLE learning_batch (
  id VARCHAR2(36) NOT NULL,
  locale VARCHAR2(10 CHAR) NOT NULL,
  to_at TIMESTAMP(3) NOT NULL,
  to_id VARCHAR2(36) NOT NULL,
  turn_count NUMBER(19) NOT NULL,
  proposal_count NUMBER(19) NOT NULL,
  measured_count NUMBER(19) NOT NULL,
  right_before NUMBER(19) NOT NULL,
  right_after NUMBER(19) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_learning_batch PRIMARY KEY (id)
);
CREATE INDEX ix_learning_batch_locale ON learning_batch (locale, created_at);

CREATE TABLE learning_proposal (
  id VARCHAR2(36) NOT NULL,
  locale VARCHAR2(10 CHAR) NOT NULL,
  kind VARCHAR2(10 CHAR) NOT NULL,
  source VARCHAR2(10 CHAR) NOT NULL,
  state VARCHAR2(10 CHAR) NOT NULL,
  article_id VARCHAR2(36),
  score_ppm NUMBER(19) NOT NULL,
  batch_id VARCHAR2(36),
  created_at TIMESTAMP(3) NOT NULL,
  decided_by VARCHAR2(64 CHAR),
  decided_at TIMESTAMP(3),
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_learning_proposal PRIMARY KEY (id),
  CONSTRAINT ck_learning_proposal_kind CHECK (kind IN ('similar', 'article')),
  CONSTRAINT ck_learning_proposal_source CHECK (source IN ('agent', 'chosen', 'used', 'model', 'cluster')),
  CONSTRAINT ck_learning_proposal_state CHECK (state IN ('open', 'accepted', 'rejected'))
);
CREATE INDEX ix_learning_proposal_page ON learning_proposal (state, id);

CREATE TABLE learning_member (
  id VARCHAR2(36) NOT NULL,
  proposal_id VARCHAR2(36) NOT NULL,
  position NUMBER(19) NOT NULL,
  conversation_id VARCHAR2(36) NOT NULL,
  message_seq NUMBER(19) NOT NULL,
  is_reply NUMBER(1) NOT NULL,
  CONSTRAINT pk_learning_member PRIMARY KEY (id),
  CONSTRAINT fk_learning_member FOREIGN KEY (proposal_id) REFERENCES learning_proposal (id),
  CONSTRAINT ck_learning_member_reply CHECK (is_reply IN (0, 1))
);
CREATE INDEX ix_learning_member_of ON learning_member (proposal_id, position);
CREATE INDEX ix_learning_member_talk ON learning_member (conversation_id, message_seq);
