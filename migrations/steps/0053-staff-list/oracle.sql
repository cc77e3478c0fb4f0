-- Which accounts' owners are customers too: keyed hashes of their numbers, the same as those customers are found by.

CREATE TABLE staff_token (
  id VARCHAR2(36) NOT NULL,
  account_id VARCHAR2(36) NOT NULL,
  kind VARCHAR2(20 CHAR) NOT NULL,
  token_bix RAW(32) NOT NULL,
  index_version NUMBER(19) NOT NULL,
  added_by VARCHAR2(36) NOT NULL,
  added_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_staff_token PRIMARY KEY (id),
  CONSTRAINT uq_staff_token UNIQUE (account_id, kind, token_bix),
  CONSTRAINT ck_staff_token_kind CHECK (kind IN ('phone', 'id-number', 'customer-number'))
);

ALTER TABLE audit_alert ADD subject_ids CLOB;
