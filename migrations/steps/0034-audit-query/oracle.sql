-- Searches that officers keep, with the reports made of them; and the digest of every exported file.

CREATE TABLE audit_query (
  id VARCHAR2(36) NOT NULL,
  account_id VARCHAR2(36) NOT NULL,
  name_enc BLOB NOT NULL,
  filter_enc BLOB NOT NULL,
  period VARCHAR2(8 CHAR),
  at_hour NUMBER(19),
  format VARCHAR2(8 CHAR),
  lang VARCHAR2(5 CHAR),
  next_at TIMESTAMP(3),
  last_at TIMESTAMP(3),
  last_export_id VARCHAR2(36),
  error_code VARCHAR2(60 CHAR),
  created_at TIMESTAMP(3) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_audit_query PRIMARY KEY (id),
  CONSTRAINT ck_audit_query_period CHECK (period IN ('day', 'week', 'month')),
  CONSTRAINT ck_audit_query_hour CHECK (at_hour >= 0 AND at_hour <= 23),
  CONSTRAINT ck_audit_query_format CHECK (format IN ('xlsx', 'csv', 'pdf')),
  CONSTRAINT ck_audit_query_next CHECK (next_at IS NULL OR period IS NOT NULL)
);
CREATE INDEX ix_audit_query_account ON audit_query (account_id, id);
CREATE INDEX ix_audit_query_next ON audit_query (next_at, id);

ALTER TABLE export_request ADD digest_hex VARCHAR2(64 CHAR);

CREATE OR REPLACE TRIGGER tr_audit_query_enc BEFORE INSERT OR UPDATE ON audit_query FOR EACH ROW
BEGIN
  IF (DBMS_LOB.SUBSTR(:NEW.name_enc, 1, 1) <> HEXTORAW('E1'))
    OR (DBMS_LOB.SUBSTR(:NEW.filter_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/
