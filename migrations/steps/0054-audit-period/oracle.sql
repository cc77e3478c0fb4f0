-- Versions of how long a class of entries is kept; the highest counts. A class without a row follows the configuration.

CREATE TABLE audit_period (
  entry_class VARCHAR2(20 CHAR) NOT NULL,
  version NUMBER(19) NOT NULL,
  keep_days NUMBER(19) NOT NULL,
  changed_by VARCHAR2(36) NOT NULL,
  approved_by VARCHAR2(36),
  changed_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_audit_period PRIMARY KEY (entry_class, version),
  CONSTRAINT ck_audit_period_floor CHECK (keep_days >= 200),
  CONSTRAINT ck_audit_period_people CHECK (approved_by IS NULL OR approved_by <> changed_by)
);
