-- Searches that officers keep, with the reports made of them; and the digest of every exported file.

CREATE TABLE audit_query (
  id uuid NOT NULL,
  account_id uuid NOT NULL,
  name_enc bytea NOT NULL,
  filter_enc bytea NOT NULL,
  period varchar(8),
  at_hour bigint,
  format varchar(8),
  lang varchar(5),
  next_at timestamp(3),
  last_at timestamp(3),
  last_export_id uuid,
  error_code varchar(60),
  created_at timestamp(3) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_audit_query PRIMARY KEY (id),
  CONSTRAINT ck_audit_query_period CHECK (period IN ('day', 'week', 'month')),
  CONSTRAINT ck_audit_query_hour CHECK (at_hour >= 0 AND at_hour <= 23),
  CONSTRAINT ck_audit_query_format CHECK (format IN ('xlsx', 'csv', 'pdf')),
  CONSTRAINT ck_audit_query_next CHECK (next_at IS NULL OR period IS NOT NULL),
  CONSTRAINT ck_audit_query_name CHECK (get_byte(name_enc, 0) = 225),
  CONSTRAINT ck_audit_query_filter CHECK (get_byte(filter_enc, 0) = 225)
);
CREATE INDEX ix_audit_query_account ON audit_query (account_id, id);
CREATE INDEX ix_audit_query_next ON audit_query (next_at, id);

ALTER TABLE export_request ADD COLUMN digest_hex varchar(64);
