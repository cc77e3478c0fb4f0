-- Verifications of the trail by the independent verifier, with what it said as a signed note.

CREATE TABLE audit_check (
  id VARCHAR2(36) NOT NULL,
  account_id VARCHAR2(36) NOT NULL,
  state VARCHAR2(12 CHAR) NOT NULL,
  result CLOB,
  note CLOB,
  error_code VARCHAR2(60 CHAR),
  asked_at TIMESTAMP(3) NOT NULL,
  ended_at TIMESTAMP(3),
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_audit_check PRIMARY KEY (id),
  CONSTRAINT ck_audit_check_state CHECK (state IN ('queued', 'exporting', 'verifying', 'done', 'failed')),
  CONSTRAINT ck_audit_check_done CHECK (state <> 'done' OR (ended_at IS NOT NULL AND note IS NOT NULL))
);
CREATE INDEX ix_audit_check_asked ON audit_check (asked_at, id);
