-- Versions of how long a class of entries is kept; the highest counts. A class without a row follows the configuration.

CREATE TABLE audit_period (
  entry_class varchar(20) NOT NULL,
  version bigint NOT NULL,
  keep_days bigint NOT NULL,
  changed_by uuid NOT NULL,
  approved_by uuid,
  changed_at timestamp(3) NOT NULL,
  CONSTRAINT pk_audit_period PRIMARY KEY (entry_class, version),
  CONSTRAINT ck_audit_period_floor CHECK (keep_days >= 200),
  CONSTRAINT ck_audit_period_people CHECK (approved_by IS NULL OR approved_by <> changed_by)
);
