-- Each quarter's look at who may do what: accounts with roles, scope, last use, and reveals; somebody attests each.

CREATE TABLE access_review (
  id VARCHAR2(36) NOT NULL,
  period VARCHAR2(7 CHAR) NOT NULL,
  from_at TIMESTAMP(3) NOT NULL,
  to_at TIMESTAMP(3) NOT NULL,
  state VARCHAR2(8 CHAR) NOT NULL,
  opened_at TIMESTAMP(3) NOT NULL,
  due_at TIMESTAMP(3) NOT NULL,
  closed_at TIMESTAMP(3),
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_access_review PRIMARY KEY (id),
  CONSTRAINT uq_access_review_period UNIQUE (period),
  CONSTRAINT ck_access_review_state CHECK (state IN ('making', 'open', 'closed'))
);

CREATE TABLE access_review_item (
  id VARCHAR2(36) NOT NULL,
  review_id VARCHAR2(36) NOT NULL,
  account_id VARCHAR2(36) NOT NULL,
  unit_id VARCHAR2(36) NOT NULL,
  roles CLOB NOT NULL,
  last_used_at TIMESTAMP(3),
  reveal_count NUMBER(19) NOT NULL,
  state VARCHAR2(8 CHAR) NOT NULL,
  decided_by VARCHAR2(36),
  decided_at TIMESTAMP(3),
  remark_enc BLOB,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_access_review_item PRIMARY KEY (id),
  CONSTRAINT uq_access_review_item UNIQUE (review_id, account_id),
  CONSTRAINT fk_access_review_item FOREIGN KEY (review_id) REFERENCES access_review (id),
  CONSTRAINT ck_access_review_item_state CHECK (state IN ('open', 'kept', 'revoke', 'expired')),
  CONSTRAINT ck_access_review_item_own CHECK (decided_by IS NULL OR decided_by <> account_id)
);
CREATE INDEX ix_access_item_page ON access_review_item (review_id, id);
CREATE INDEX ix_access_item_unit ON access_review_item (unit_id, id);

CREATE OR REPLACE TRIGGER tr_access_item_enc BEFORE INSERT OR UPDATE ON access_review_item FOR EACH ROW
BEGIN
  IF (DBMS_LOB.SUBSTR(:NEW.remark_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/
