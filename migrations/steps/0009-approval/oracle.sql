-- Acts that wait for a second person. Parameters hold ids, codes, and settings; never a customer's data.

CREATE TABLE approval (
  id VARCHAR2(36) NOT NULL,
  kind VARCHAR2(60 CHAR) NOT NULL,
  params CLOB NOT NULL,
  reason VARCHAR2(500 CHAR) NOT NULL,
  change_lines CLOB NOT NULL,
  state VARCHAR2(20 CHAR) NOT NULL,
  open_key VARCHAR2(200 CHAR),
  requested_by_id VARCHAR2(64 CHAR) NOT NULL,
  requested_at TIMESTAMP(3) NOT NULL,
  expires_at TIMESTAMP(3) NOT NULL,
  decided_by_id VARCHAR2(64 CHAR),
  decided_at TIMESTAMP(3),
  note VARCHAR2(500 CHAR),
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_approval PRIMARY KEY (id),
  CONSTRAINT ux_approval_open_key UNIQUE (open_key),
  CONSTRAINT ck_approval_state CHECK (state IN ('asked', 'approved', 'rejected', 'withdrawn', 'expired')),
  CONSTRAINT ck_approval_decided CHECK (
    (state = 'asked' AND decided_at IS NULL) OR (state <> 'asked' AND decided_at IS NOT NULL)
  ),
  CONSTRAINT ck_approval_second CHECK (state NOT IN ('approved', 'rejected') OR decided_by_id <> requested_by_id)
);
COMMENT ON COLUMN approval.open_key IS 'Names what may be asked for only once at a time; empty when decided';
COMMENT ON COLUMN approval.change_lines IS 'What the approver saw last: label, from, to';
CREATE INDEX ix_approval_open ON approval (state, expires_at, id);
CREATE INDEX ix_approval_kind ON approval (kind, requested_at, id);
CREATE INDEX ix_approval_requester ON approval (requested_by_id, requested_at, id);
