-- Erasures of persons, and which processes have let go of their keys.

CREATE TABLE erasure (
  id uuid NOT NULL,
  requester_id uuid NOT NULL,
  state varchar(20) NOT NULL,
  asked_by_id varchar(64) NOT NULL,
  approved_by_id varchar(64) NOT NULL,
  started_at timestamp(3) NOT NULL,
  finished_at timestamp(3),
  report text NOT NULL,
  CONSTRAINT pk_erasure PRIMARY KEY (id),
  CONSTRAINT ck_erasure_state CHECK (state IN ('destroying', 'done'))
);
CREATE INDEX ix_erasure_started ON erasure (started_at, id);

CREATE TABLE erasure_ack (
  erasure_id uuid NOT NULL,
  node_id varchar(64) NOT NULL,
  at timestamp(3) NOT NULL,
  CONSTRAINT pk_erasure_ack PRIMARY KEY (erasure_id, node_id)
);
