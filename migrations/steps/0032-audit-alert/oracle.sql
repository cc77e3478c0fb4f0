-- What rules find in the audit trail: one row for a rule, a day, and an account; signed off by an officer.

CREATE TABLE audit_alert (
  id VARCHAR2(36) NOT NULL,
  rule VARCHAR2(40 CHAR) NOT NULL,
  day VARCHAR2(10 CHAR) NOT NULL,
  actor_id VARCHAR2(100 CHAR) NOT NULL,
  entry_count NUMBER(19) NOT NULL,
  first_at TIMESTAMP(3) NOT NULL,
  last_at TIMESTAMP(3) NOT NULL,
  raised_at TIMESTAMP(3) NOT NULL,
  signed_by VARCHAR2(36),
  signed_at TIMESTAMP(3),
  remark_enc BLOB,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_audit_alert PRIMARY KEY (id),
  CONSTRAINT uq_audit_alert_day UNIQUE (rule, day, actor_id)
);
CREATE INDEX ix_audit_alert_raised ON audit_alert (raised_at, id);

CREATE OR REPLACE TRIGGER tr_audit_alert_enc BEFORE INSERT OR UPDATE ON audit_alert FOR EACH ROW
BEGIN
  IF (DBMS_LOB.SUBSTR(:NEW.remark_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/
