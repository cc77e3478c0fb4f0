-- Score cards, evaluations of conversations, and what each criterion came to. Evidence holds places, never text.

CREATE TABLE score_card (
  id uuid NOT NULL,
  version bigint NOT NULL,
  name varchar(200) NOT NULL,
  state varchar(20) NOT NULL,
  criteria text NOT NULL,
  created_by varchar(64) NOT NULL,
  created_at timestamp(3) NOT NULL,
  CONSTRAINT pk_score_card PRIMARY KEY (id, version),
  CONSTRAINT ck_score_card_state CHECK (state IN ('active', 'retired')),
  CONSTRAINT ck_score_card_version CHECK (version >= 1)
);
COMMENT ON TABLE score_card IS 'Versions of score cards; only the state of one ever changes, when the next replaces it';
CREATE INDEX ix_score_card_state ON score_card (state, created_at, id);

CREATE TABLE evaluation (
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  agent_id uuid,
  score_card_id uuid NOT NULL,
  score_card_version bigint NOT NULL,
  score bigint,
  state varchar(20) NOT NULL,
  is_fatal smallint NOT NULL,
  findings_count bigint NOT NULL,
  evaluated_at timestamp(3) NOT NULL,
  rescored_by uuid,
  rescored_at timestamp(3),
  reason_enc bytea,
  version bigint NOT NULL,
  CONSTRAINT pk_evaluation PRIMARY KEY (id),
  CONSTRAINT ux_evaluation_conversation UNIQUE (conversation_id),
  CONSTRAINT fk_evaluation_card FOREIGN KEY (score_card_id, score_card_version)
    REFERENCES score_card (id, version),
  CONSTRAINT ck_evaluation_state CHECK (state IN ('automatic', 'manual')),
  CONSTRAINT ck_evaluation_score CHECK (score >= 0 AND score <= 100),
  CONSTRAINT ck_evaluation_fatal CHECK (is_fatal IN (0, 1)),
  CONSTRAINT ck_evaluation_reason CHECK (reason_enc IS NULL OR get_byte(reason_enc, 0) = 225)
);
COMMENT ON COLUMN evaluation.score IS '0 to 100; NULL when no criterion applied to the conversation';
CREATE INDEX ix_evaluation_at ON evaluation (evaluated_at, id);
CREATE INDEX ix_evaluation_agent ON evaluation (agent_id, evaluated_at, id);
CREATE INDEX ix_evaluation_state ON evaluation (state, evaluated_at, id);
CREATE INDEX ix_evaluation_card ON evaluation (score_card_id, score_card_version);

CREATE TABLE evaluation_criterion (
  evaluation_id uuid NOT NULL,
  criterion_id varchar(64) NOT NULL,
  points bigint,
  is_met smallint,
  evidence text NOT NULL,
  remark_enc bytea,
  CONSTRAINT pk_evaluation_criterion PRIMARY KEY (evaluation_id, criterion_id),
  CONSTRAINT fk_evaluation_criterion FOREIGN KEY (evaluation_id) REFERENCES evaluation (id),
  CONSTRAINT ck_evaluation_criterion_met CHECK (is_met IN (0, 1)),
  CONSTRAINT ck_evaluation_remark CHECK (remark_enc IS NULL OR get_byte(remark_enc, 0) = 225)
);
COMMENT ON COLUMN evaluation_criterion.evidence IS 'Message numbers with start and end of the place; no text';
