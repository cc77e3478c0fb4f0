-- What rules find in the audit trail: one row for a rule, a day, and an account; signed off by an officer.

CREATE TABLE audit_alert (
  id uuid NOT NULL,
  rule varchar(40) NOT NULL,
  day varchar(10) NOT NULL,
  actor_id varchar(100) NOT NULL,
  entry_count bigint NOT NULL,
  first_at timestamp(3) NOT NULL,
  last_at timestamp(3) NOT NULL,
  raised_at timestamp(3) NOT NULL,
  signed_by uuid,
  signed_at timestamp(3),
  remark_enc bytea,
  version bigint NOT NULL,
  CONSTRAINT pk_audit_alert PRIMARY KEY (id),
  CONSTRAINT uq_audit_alert_day UNIQUE (rule, day, actor_id),
  CONSTRAINT ck_audit_alert_remark CHECK (remark_enc IS NULL OR get_byte(remark_enc, 0) = 225)
);

CREATE INDEX ix_audit_alert_raised ON audit_alert (raised_at, id);
