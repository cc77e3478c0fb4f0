-- How many entries the trail has by time, act, and account, for charts. Counted in the order of the seals; derived.

CREATE TABLE audit_tally (
  grain varchar(4) NOT NULL,
  start_at timestamp(3) NOT NULL,
  action varchar(40) NOT NULL,
  outcome varchar(10) NOT NULL,
  class varchar(20) NOT NULL,
  entry_count bigint NOT NULL,
  CONSTRAINT pk_audit_tally PRIMARY KEY (grain, start_at, action, outcome),
  CONSTRAINT ck_audit_tally_grain CHECK (grain IN ('hour', 'day'))
);

CREATE TABLE audit_tally_actor (
  start_at timestamp(3) NOT NULL,
  actor_type varchar(40) NOT NULL,
  actor_id varchar(100) NOT NULL,
  class varchar(20) NOT NULL,
  outcome varchar(10) NOT NULL,
  entry_count bigint NOT NULL,
  CONSTRAINT pk_audit_tally_actor PRIMARY KEY (start_at, actor_type, actor_id, class, outcome)
);
CREATE INDEX ix_audit_tally_actor ON audit_tally_actor (actor_id, start_at);

-- The last seal whose entries are counted.
CREATE TABLE audit_tally_place (
  name varchar(10) NOT NULL,
  seal_no bigint NOT NULL,
  counted_to timestamp(3),
  CONSTRAINT pk_audit_tally_place PRIMARY KEY (name)
);
INSERT INTO audit_tally_place (name, seal_no) VALUES ('trail', 0);
