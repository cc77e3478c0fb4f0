-- How many entries the trail has by time, act, and account, for charts. Counted in the order of the seals; derived.

CREATE TABLE audit_tally (
  grain VARCHAR2(4 CHAR) NOT NULL,
  start_at TIMESTAMP(3) NOT NULL,
  action VARCHAR2(40 CHAR) NOT NULL,
  outcome VARCHAR2(10 CHAR) NOT NULL,
  class VARCHAR2(20 CHAR) NOT NULL,
  entry_count NUMBER(19) NOT NULL,
  CONSTRAINT pk_audit_tally PRIMARY KEY (grain, start_at, action, outcome),
  CONSTRAINT ck_audit_tally_grain CHECK (grain IN ('hour', 'day'))
);

CREATE TABLE audit_tally_actor (
  start_at TIMESTAMP(3) NOT NULL,
  actor_type VARCHAR2(40 CHAR) NOT NULL,
  actor_id VARCHAR2(100 CHAR) NOT NULL,
  class VARCHAR2(20 CHAR) NOT NULL,
  outcome VARCHAR2(10 CHAR) NOT NULL,
  entry_count NUMBER(19) NOT NULL,
  CONSTRAINT pk_audit_tally_actor PRIMARY KEY (start_at, actor_type, actor_id, class, outcome)
);
CREATE INDEX ix_audit_tally_actor ON audit_tally_actor (actor_id, start_at);

-- The last seal whose entries are counted.
CREATE TABLE audit_tally_place (
  name VARCHAR2(10 CHAR) NOT NULL,
  seal_no NUMBER(19) NOT NULL,
  counted_to TIMESTAMP(3),
  CONSTRAINT pk_audit_tally_place PRIMARY KEY (name)
);
INSERT INTO audit_tally_place (name, seal_no) VALUES ('trail', 0);
