-- What the robot would like to learn from conversations, for people to decide on. References and codes, no text.

CREATE TABLE learning_batch (
  id uuid NOT NULL,
  locale varchar(10) NOT NULL,
  to_at timestamp(3) NOT NULL,
  to_id uuid NOT NULL,
  turn_count bigint NOT NULL,
  proposal_count bigint NOT NULL,
  measured_count bigint NOT NULL,
  right_before bigint NOT NULL,
  right_after bigint NOT NULL,
  created_at timestamp(3) NOT NULL,
  CONSTRAINT pk_learning_batch PRIMARY KEY (id)
);
CREATE INDEX ix_learning_batch_locale ON learning_batch (locale, created_at);

CREATE TABLE learning_proposal (
  id uuid NOT NULL,
  locale varchar(10) NOT NULL,
  kind varchar(10) NOT NULL,
  source varchar(10) NOT NULL,
  state varchar(10) NOT NULL,
  article_id uuid,
  score_ppm bigint NOT NULL,
  batch_id uuid,
  created_at timestamp(3) NOT NULL,
  decided_by varchar(64),
  decided_at timestamp(3),
  version bigint NOT NULL,
  CONSTRAINT pk_learning_proposal PRIMARY KEY (id),
  CONSTRAINT ck_learning_proposal_kind CHECK (kind IN ('similar', 'article')),
  CONSTRAINT ck_learning_proposal_source CHECK (source IN ('agent', 'chosen', 'used', 'model', 'cluster')),
  CONSTRAINT ck_learning_proposal_state CHECK (state IN ('open', 'accepted', 'rejected'))
);
CREATE INDEX ix_learning_proposal_page ON learning_proposal (state, id);

CREATE TABLE learning_member (
  id uuid NOT NULL,
  proposal_id uuid NOT NULL,
  position bigint NOT NULL,
  conversation_id uuid NOT NULL,
  message_seq bigint NOT NULL,
  is_reply smallint NOT NULL,
  CONSTRAINT pk_learning_member PRIMARY KEY (id),
  CONSTRAINT fk_learning_member FOREIGN KEY (proposal_id) REFERENCES learning_proposal (id),
  CONSTRAINT ck_learning_member_reply CHECK (is_reply IN (0, 1))
);
CREATE INDEX ix_learning_member_of ON learning_member (proposal_id, position);
CREATE INDEX ix_learning_member_talk ON learning_member (conversation_id, message_seq);
