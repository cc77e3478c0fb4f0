-- Places the server may call: asked for by one administrator, approved by another.

CREATE TABLE egress_rule (
  id uuid NOT NULL,
  owner varchar(100) NOT NULL,
  protocol varchar(10) NOT NULL,
  host varchar(253) NOT NULL,
  port bigint NOT NULL,
  addresses text NOT NULL,
  reason varchar(500) NOT NULL,
  state varchar(10) NOT NULL,
  asked_by_id varchar(64) NOT NULL,
  asked_at timestamp(3) NOT NULL,
  decided_by_id varchar(64),
  decided_at timestamp(3),
  version bigint NOT NULL,
  CONSTRAINT pk_egress_rule PRIMARY KEY (id),
  CONSTRAINT ux_egress_rule_place UNIQUE (owner, protocol, host, port),
  CONSTRAINT ck_egress_rule_state CHECK (state IN ('asked', 'approved', 'rejected')),
  CONSTRAINT ck_egress_rule_port CHECK (port BETWEEN 1 AND 65535),
  CONSTRAINT ck_egress_rule_second CHECK (decided_by_id IS NULL OR decided_by_id <> asked_by_id)
);
COMMENT ON COLUMN egress_rule.owner IS 'Part of the product and its instance: webhook:ID, notify:smtp';
COMMENT ON COLUMN egress_rule.addresses IS 'JSON list of addresses and networks the host may stand for; empty: any ordinary one';
CREATE INDEX ix_egress_rule_asked ON egress_rule (asked_at, id);
