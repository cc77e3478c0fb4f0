-- The audit trail: events, seals (signed tree heads), epochs (runs of a node).
-- Format: docs/compliance/audit-format.md. Rows are added, never changed: see the triggers below.

CREATE TABLE audit_epoch (
  node VARCHAR2(40 CHAR) NOT NULL,
  epoch NUMBER(19) NOT NULL,
  host VARCHAR2(100 CHAR) NOT NULL,
  lane_count NUMBER(19) NOT NULL,
  started_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_audit_epoch PRIMARY KEY (node, epoch)
);
CREATE TABLE audit_event (
  node VARCHAR2(40 CHAR) NOT NULL,
  epoch NUMBER(19) NOT NULL,
  lane NUMBER(19) NOT NULL,
  n NUMBER(19) NOT NULL,
  id VARCHAR2(36 CHAR) NOT NULL,
  occurred_at TIMESTAMP(3) NOT NULL,
  actor_type VARCHAR2(40 CHAR) NOT NULL,
  actor_id VARCHAR2(100 CHAR) NOT NULL,
  action VARCHAR2(40 CHAR) NOT NULL,
  class VARCHAR2(20 CHAR) NOT NULL,
  target_type VARCHAR2(40 CHAR),
  target_id VARCHAR2(100 CHAR),
  customer_ref VARCHAR2(100 CHAR),
  outcome VARCHAR2(10 CHAR) NOT NULL,
  body CLOB NOT NULL,
  leaf RAW(32) NOT NULL,
  CONSTRAINT pk_audit_event PRIMARY KEY (node, epoch, lane, n),
  CONSTRAINT uq_audit_event_id UNIQUE (id),
  CONSTRAINT ck_audit_event_n CHECK (n >= 1),
  CONSTRAINT ck_audit_event_leaf CHECK (UTL_RAW.LENGTH(leaf) = 32)
);
CREATE INDEX ix_audit_event_at ON audit_event (occurred_at, id);
CREATE INDEX ix_audit_event_actor ON audit_event (actor_id, occurred_at);
CREATE INDEX ix_audit_event_customer ON audit_event (customer_ref, occurred_at);
CREATE INDEX ix_audit_event_target ON audit_event (target_id, occurred_at);
CREATE INDEX ix_audit_event_action ON audit_event (action, occurred_at);
CREATE TABLE audit_seal (
  seal_no NUMBER(19) NOT NULL,
  tree_size NUMBER(19) NOT NULL,
  prev_size NUMBER(19) NOT NULL,
  root RAW(32) NOT NULL,
  frontier RAW(2000),
  statement CLOB NOT NULL,
  checkpoint CLOB NOT NULL,
  sealed_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_audit_seal PRIMARY KEY (seal_no),
  CONSTRAINT ck_audit_seal_no CHECK (seal_no >= 1),
  CONSTRAINT ck_audit_seal_size CHECK (tree_size >= prev_size),
  CONSTRAINT ck_audit_seal_root CHECK (UTL_RAW.LENGTH(root) = 32)
);
CREATE INDEX ix_audit_seal_at ON audit_seal (sealed_at);
CREATE INDEX ix_audit_seal_size ON audit_seal (tree_size, seal_no);
-- Per statement, so an INSERT pays nothing.
CREATE TRIGGER tr_audit_event_refuse BEFORE UPDATE OR DELETE ON audit_event
BEGIN
  RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
END;
/
CREATE TRIGGER tr_audit_seal_refuse BEFORE UPDATE OR DELETE ON audit_seal
BEGIN
  RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
END;
/
CREATE TRIGGER tr_audit_epoch_refuse BEFORE UPDATE OR DELETE ON audit_epoch
BEGIN
  RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
END;
/
-- TRUNCATE is a definition statement in Oracle, so a table trigger never sees it.
CREATE TRIGGER tr_audit_truncate_refuse BEFORE TRUNCATE ON SCHEMA
BEGIN
  IF ora_dict_obj_name IN ('AUDIT_EVENT', 'AUDIT_SEAL', 'AUDIT_EPOCH') THEN
    RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
  END IF;
END;
/
