-- Acts that wait for a second person. Parameters hold ids, codes, and settings; never a customer's data.

CREATE TABLE approval (
  id uuid NOT NULL,
  kind varchar(60) NOT NULL,
  params text NOT NULL,
  reason varchar(500) NOT NULL,
  change_lines text NOT NULL,
  state varchar(20) NOT NULL,
  open_key varchar(200),
  requested_by_id varchar(64) NOT NULL,
  requested_at timestamp(3) NOT NULL,
  expires_at timestamp(3) NOT NULL,
  decided_by_id varchar(64),
  decided_at timestamp(3),
  note varchar(500),
  version bigint NOT NULL,
  CONSTRAINT pk_approval PRIMARY KEY (id),
  CONSTRAINT ux_approval_open_key UNIQUE (open_key),
  CONSTRAINT ck_approval_state CHECK (state IN ('asked', 'approved', 'rejected', 'withdrawn', 'expired')),
  CONSTRAINT ck_approval_decided CHECK ((state = 'asked') = (decided_at IS NULL)),
  CONSTRAINT ck_approval_second CHECK (state NOT IN ('approved', 'rejected') OR decided_by_id <> requested_by_id)
);
COMMENT ON COLUMN approval.open_key IS 'Names what may be asked for only once at a time; empty when decided';
COMMENT ON COLUMN approval.change_lines IS 'What the approver saw last: label, from, to';
CREATE INDEX ix_approval_open ON approval (state, expires_at, id);
CREATE INDEX ix_approval_kind ON approval (kind, requested_at, id);
CREATE INDEX ix_approval_requester ON approval (requested_by_id, requested_at, id);
