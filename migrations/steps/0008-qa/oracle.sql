-- Score cards, evaluations of conversations, and what each criterion came to. Evidence holds places, never text.

CREATE TABLE score_card (
  id VARCHAR2(36) NOT NULL,
  version NUMBER(19) NOT NULL,
  name VARCHAR2(200 CHAR) NOT NULL,
  state VARCHAR2(20 CHAR) NOT NULL,
  criteria CLOB NOT NULL,
  created_by VARCHAR2(64 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_score_card PRIMARY KEY (id, version),
  CONSTRAINT ck_score_card_state CHECK (state IN ('active', 'retired')),
  CONSTRAINT ck_score_card_version CHECK (version >= 1)
);
COMMENT ON TABLE score_card IS 'Versions of score cards; only the state of one ever changes, when the next replaces it';
CREATE INDEX ix_score_card_state ON score_card (state, created_at, id);

CREATE TABLE evaluation (
  id VARCHAR2(36) NOT NULL,
  conversation_id VARCHAR2(36) NOT NULL,
  agent_id VARCHAR2(36),
  score_card_id VARCHAR2(36) NOT NULL,
  score_card_version NUMBER(19) NOT NULL,
  score NUMBER(19),
  state VARCHAR2(20 CHAR) NOT NULL,
  is_fatal NUMBER(1) NOT NULL,
  findings_count NUMBER(19) NOT NULL,
  evaluated_at TIMESTAMP(3) NOT NULL,
  rescored_by VARCHAR2(36),
  rescored_at TIMESTAMP(3),
  reason_enc BLOB,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_evaluation PRIMARY KEY (id),
  CONSTRAINT ux_evaluation_conversation UNIQUE (conversation_id),
  CONSTRAINT fk_evaluation_card FOREIGN KEY (score_card_id, score_card_version)
    REFERENCES score_card (id, version),
  CONSTRAINT ck_evaluation_state CHECK (state IN ('automatic', 'manual')),
  CONSTRAINT ck_evaluation_score CHECK (score >= 0 AND score <= 100),
  CONSTRAINT ck_evaluation_fatal CHECK (is_fatal IN (0, 1))
);
COMMENT ON COLUMN evaluation.score IS '0 to 100; NULL when no criterion applied to the conversation';
CREATE INDEX ix_evaluation_at ON evaluation (evaluated_at, id);
CREATE INDEX ix_evaluation_agent ON evaluation (agent_id, evaluated_at, id);
CREATE INDEX ix_evaluation_state ON evaluation (state, evaluated_at, id);
CREATE INDEX ix_evaluation_card ON evaluation (score_card_id, score_card_version);

CREATE TABLE evaluation_criterion (
  evaluation_id VARCHAR2(36) NOT NULL,
  criterion_id VARCHAR2(64 CHAR) NOT NULL,
  points NUMBER(19),
  is_met NUMBER(1),
  evidence CLOB NOT NULL,
  remark_enc BLOB,
  CONSTRAINT pk_evaluation_criterion PRIMARY KEY (evaluation_id, criterion_id),
  CONSTRAINT fk_evaluation_criterion FOREIGN KEY (evaluation_id) REFERENCES evaluation (id),
  CONSTRAINT ck_evaluation_criterion_met CHECK (is_met IN (0, 1))
);
COMMENT ON COLUMN evaluation_criterion.evidence IS 'Message numbers with start and end of the place; no text';

CREATE OR REPLACE TRIGGER tr_evaluation_enc BEFORE INSERT OR UPDATE ON evaluation FOR EACH ROW
BEGIN
  IF (:NEW.reason_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.reason_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/

CREATE OR REPLACE TRIGGER tr_evaluation_criterion_enc BEFORE INSERT OR UPDATE ON evaluation_criterion FOR EACH ROW
BEGIN
  IF (:NEW.remark_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.remark_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/
