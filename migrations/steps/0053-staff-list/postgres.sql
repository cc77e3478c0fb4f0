-- Which accounts' owners are customers too: keyed hashes of their numbers, the same as those customers are found by.

CREATE TABLE staff_token (
  id uuid NOT NULL,
  account_id uuid NOT NULL,
  kind varchar(20) NOT NULL,
  token_bix bytea NOT NULL,
  index_version bigint NOT NULL,
  added_by uuid NOT NULL,
  added_at timestamp(3) NOT NULL,
  CONSTRAINT pk_staff_token PRIMARY KEY (id),
  CONSTRAINT uq_staff_token UNIQUE (account_id, kind, token_bix),
  CONSTRAINT ck_staff_token_kind CHECK (kind IN ('phone', 'id-number', 'customer-number'))
);

ALTER TABLE audit_alert ADD subject_ids text;
