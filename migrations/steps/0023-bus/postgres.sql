-- Notices between processes on databases that tell their sessions of nothing. PostgreSQL does, and leaves it empty.

CREATE TABLE bus_notice (
  id uuid NOT NULL,
  at timestamp(3) NOT NULL,
  body text NOT NULL,
  CONSTRAINT pk_bus_notice PRIMARY KEY (id)
);
COMMENT ON TABLE bus_notice IS 'Ids of what changed, for every process to look again; kept for five minutes';
CREATE INDEX ix_bus_notice_at ON bus_notice (at, id);
