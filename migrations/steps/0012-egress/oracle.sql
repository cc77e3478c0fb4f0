-- Places the server may call: asked for by one administrator, approved by another.

CREATE TABLE egress_rule (
  id VARCHAR2(36) NOT NULL,
  owner VARCHAR2(100 CHAR) NOT NULL,
  protocol VARCHAR2(10 CHAR) NOT NULL,
  host VARCHAR2(253 CHAR) NOT NULL,
  port NUMBER(19) NOT NULL,
  addresses CLOB NOT NULL,
  reason VARCHAR2(500 CHAR) NOT NULL,
  state VARCHAR2(10 CHAR) NOT NULL,
  asked_by_id VARCHAR2(64 CHAR) NOT NULL,
  asked_at TIMESTAMP(3) NOT NULL,
  decided_by_id VARCHAR2(64 CHAR),
  decided_at TIMESTAMP(3),
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_egress_rule PRIMARY KEY (id),
  CONSTRAINT ux_egress_rule_place UNIQUE (owner, protocol, host, port),
  CONSTRAINT ck_egress_rule_state CHECK (state IN ('asked', 'approved', 'rejected')),
  CONSTRAINT ck_egress_rule_port CHECK (port BETWEEN 1 AND 65535),
  CONSTRAINT ck_egress_rule_second CHECK (decided_by_id IS NULL OR decided_by_id <> asked_by_id)
);
COMMENT ON COLUMN egress_rule.owner IS 'Part of the product and its instance: webhook:ID, notify:smtp';
COMMENT ON COLUMN egress_rule.addresses IS 'JSON list of addresses and networks the host may stand for; empty: any ordinary one';
CREATE INDEX ix_egress_rule_asked ON egress_rule (asked_at, id);
