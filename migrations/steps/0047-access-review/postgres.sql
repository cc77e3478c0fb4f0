-- Each quarter's look at who may do what: accounts with roles, scope, last use, and reveals; somebody attests each.

CREATE TABLE access_review (
  id uuid NOT NULL,
  period varchar(7) NOT NULL,
  from_at timestamp(3) NOT NULL,
  to_at timestamp(3) NOT NULL,
  state varchar(8) NOT NULL,
  opened_at timestamp(3) NOT NULL,
  due_at timestamp(3) NOT NULL,
  closed_at timestamp(3),
  version bigint NOT NULL,
  CONSTRAINT pk_access_review PRIMARY KEY (id),
  CONSTRAINT uq_access_review_period UNIQUE (period),
  CONSTRAINT ck_access_review_state CHECK (state IN ('making', 'open', 'closed'))
);

CREATE TABLE access_review_item (
  id uuid NOT NULL,
  review_id uuid NOT NULL,
  account_id uuid NOT NULL,
  unit_id uuid NOT NULL,
  roles text NOT NULL,
  last_used_at timestamp(3),
  reveal_count bigint NOT NULL,
  state varchar(8) NOT NULL,
  decided_by uuid,
  decided_at timestamp(3),
  remark_enc bytea,
  version bigint NOT NULL,
  CONSTRAINT pk_access_review_item PRIMARY KEY (id),
  CONSTRAINT uq_access_review_item UNIQUE (review_id, account_id),
  CONSTRAINT fk_access_review_item FOREIGN KEY (review_id) REFERENCES access_review (id),
  CONSTRAINT ck_access_review_item_state CHECK (state IN ('open', 'kept', 'revoke', 'expired')),
  CONSTRAINT ck_access_review_item_own CHECK (decided_by IS NULL OR decided_by <> account_id),
  CONSTRAINT ck_access_review_item_enc CHECK (remark_enc IS NULL OR get_byte(remark_enc, 0) = 225)
);
CREATE INDEX ix_access_item_page ON access_review_item (review_id, id);
CREATE INDEX ix_access_item_unit ON access_review_item (unit_id, id);
