-- The audit trail: events, seals (signed tree heads), epochs (runs of a node).
-- Format: docs/compliance/audit-format.md. Rows are added, never changed: see the triggers below.

CREATE TABLE audit_epoch (
  node varchar(40) NOT NULL,
  epoch bigint NOT NULL,
  host varchar(100) NOT NULL,
  lane_count bigint NOT NULL,
  started_at timestamp(3) NOT NULL,
  CONSTRAINT pk_audit_epoch PRIMARY KEY (node, epoch)
);

CREATE TABLE audit_event (
  node varchar(40) NOT NULL,
  epoch bigint NOT NULL,
  lane bigint NOT NULL,
  n bigint NOT NULL,
  id uuid NOT NULL,
  occurred_at timestamp(3) NOT NULL,
  actor_type varchar(40) NOT NULL,
  actor_id varchar(100) NOT NULL,
  action varchar(40) NOT NULL,
  class varchar(20) NOT NULL,
  target_type varchar(40),
  target_id varchar(100),
  customer_ref varchar(100),
  outcome varchar(10) NOT NULL,
  body text NOT NULL,
  leaf bytea NOT NULL,
  CONSTRAINT pk_audit_event PRIMARY KEY (node, epoch, lane, n),
  CONSTRAINT uq_audit_event_id UNIQUE (id),
  CONSTRAINT ck_audit_event_n CHECK (n >= 1),
  CONSTRAINT ck_audit_event_leaf CHECK (octet_length(leaf) = 32)
);

-- What compliance officers search by; each ends with the time and, for the whole trail, the id as keyset.
CREATE INDEX ix_audit_event_at ON audit_event (occurred_at, id);
CREATE INDEX ix_audit_event_actor ON audit_event (actor_id, occurred_at);
CREATE INDEX ix_audit_event_customer ON audit_event (customer_ref, occurred_at);
CREATE INDEX ix_audit_event_target ON audit_event (target_id, occurred_at);
CREATE INDEX ix_audit_event_action ON audit_event (action, occurred_at);

CREATE TABLE audit_seal (
  seal_no bigint NOT NULL,
  tree_size bigint NOT NULL,
  prev_size bigint NOT NULL,
  root bytea NOT NULL,
  frontier bytea,
  statement text NOT NULL,
  checkpoint text NOT NULL,
  sealed_at timestamp(3) NOT NULL,
  CONSTRAINT pk_audit_seal PRIMARY KEY (seal_no),
  CONSTRAINT ck_audit_seal_no CHECK (seal_no >= 1),
  CONSTRAINT ck_audit_seal_size CHECK (tree_size >= prev_size),
  CONSTRAINT ck_audit_seal_root CHECK (octet_length(root) = 32)
);

CREATE INDEX ix_audit_seal_at ON audit_seal (sealed_at);
CREATE INDEX ix_audit_seal_size ON audit_seal (tree_size, seal_no);

-- Per statement, so an INSERT pays nothing; ALWAYS, so that session_replication_role cannot switch them off.
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is never changed: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER tr_audit_event_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER tr_audit_seal_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER tr_audit_epoch_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_epoch
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER tr_audit_event_refuse;
ALTER TABLE audit_seal ENABLE ALWAYS TRIGGER tr_audit_seal_refuse;
ALTER TABLE audit_epoch ENABLE ALWAYS TRIGGER tr_audit_epoch_refuse;
