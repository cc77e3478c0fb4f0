-- Erasures of persons, and which processes have let go of their keys.

CREATE TABLE erasure (
  id VARCHAR2(36) NOT NULL,
  requester_id VARCHAR2(36) NOT NULL,
  state VARCHAR2(20 CHAR) NOT NULL,
  asked_by_id VARCHAR2(64 CHAR) NOT NULL,
  approved_by_id VARCHAR2(64 CHAR) NOT NULL,
  started_at TIMESTAMP(3) NOT NULL,
  finished_at TIMESTAMP(3),
  report CLOB NOT NULL,
  CONSTRAINT pk_erasure PRIMARY KEY (id),
  CONSTRAINT ck_erasure_state CHECK (state IN ('destroying', 'done'))
);
CREATE INDEX ix_erasure_started ON erasure (started_at, id);

CREATE TABLE erasure_ack (
  erasure_id VARCHAR2(36) NOT NULL,
  node_id VARCHAR2(64 CHAR) NOT NULL,
  at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_erasure_ack PRIMARY KEY (erasure_id, node_id)
);
