-- Verifications of the trail by the independent verifier, with what it said as a signed note.

CREATE TABLE audit_check (
  id uuid NOT NULL,
  account_id uuid NOT NULL,
  state varchar(12) NOT NULL,
  result text,
  note text,
  error_code varchar(60),
  asked_at timestamp(3) NOT NULL,
  ended_at timestamp(3),
  version bigint NOT NULL,
  CONSTRAINT pk_audit_check PRIMARY KEY (id),
  CONSTRAINT ck_audit_check_state CHECK (state IN ('queued', 'exporting', 'verifying', 'done', 'failed')),
  CONSTRAINT ck_audit_check_done CHECK (state <> 'done' OR (ended_at IS NOT NULL AND note IS NOT NULL))
);
CREATE INDEX ix_audit_check_asked ON audit_check (asked_at, id);
