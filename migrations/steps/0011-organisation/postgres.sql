-- The organisation: a tree of units and its closure. Every account, grant, site, and record of the desk has a unit.
-- What was there before belongs to the head office, which is made here under an id that never changes.

CREATE TABLE org_tree (
  id varchar(10) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_org_tree PRIMARY KEY (id)
);
COMMENT ON TABLE org_tree IS 'One row; changes of the tree hold it, so that they come one after the other';
INSERT INTO org_tree (id, version) VALUES ('tree', 1);

CREATE TABLE org_unit (
  id uuid NOT NULL,
  parent_id uuid,
  kind varchar(20) NOT NULL,
  name varchar(100) NOT NULL,
  name_key varchar(200) NOT NULL,
  code varchar(40) NOT NULL,
  state varchar(20) NOT NULL,
  successor_id uuid,
  depth bigint NOT NULL,
  created_at timestamp(3) NOT NULL,
  closed_at timestamp(3),
  version bigint NOT NULL,
  CONSTRAINT pk_org_unit PRIMARY KEY (id),
  CONSTRAINT ux_org_unit_code UNIQUE (code),
  CONSTRAINT ux_org_unit_name UNIQUE (parent_id, name_key),
  CONSTRAINT fk_org_unit_parent FOREIGN KEY (parent_id) REFERENCES org_unit (id),
  CONSTRAINT fk_org_unit_successor FOREIGN KEY (successor_id) REFERENCES org_unit (id),
  CONSTRAINT ck_org_unit_kind CHECK (kind IN ('head-office', 'branch', 'outlet', 'department')),
  CONSTRAINT ck_org_unit_state CHECK (state IN ('active', 'closing', 'closed'))
);
COMMENT ON COLUMN org_unit.name_key IS 'The name as it is compared among siblings; the id of a closed unit';
COMMENT ON COLUMN org_unit.successor_id IS 'Who took the work and the people of a unit that was closed';
CREATE INDEX ix_org_unit_state ON org_unit (state, id);
CREATE INDEX ix_org_unit_successor ON org_unit (successor_id);

CREATE TABLE unit_closure (
  ancestor_id uuid NOT NULL,
  unit_id uuid NOT NULL,
  depth bigint NOT NULL,
  CONSTRAINT pk_unit_closure PRIMARY KEY (ancestor_id, unit_id),
  CONSTRAINT fk_unit_closure_ancestor FOREIGN KEY (ancestor_id) REFERENCES org_unit (id),
  CONSTRAINT fk_unit_closure_unit FOREIGN KEY (unit_id) REFERENCES org_unit (id)
);
COMMENT ON TABLE unit_closure IS 'What lies under what; a unit lies under itself at depth 0';
CREATE INDEX ix_unit_closure_unit ON unit_closure (unit_id, depth, ancestor_id);

INSERT INTO org_unit (id, kind, name, name_key, code, state, depth, created_at, version)
  VALUES ('00000000-0000-7000-8000-000000000001', 'head-office', 'Head office', 'head office', 'HQ', 'active', 0, TIMESTAMP '2026-01-01 00:00:00.000', 1);
INSERT INTO unit_closure (ancestor_id, unit_id, depth) VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 0);

-- A constant default is kept as metadata: large tables are not written.
ALTER TABLE account ADD unit_id uuid DEFAULT '00000000-0000-7000-8000-000000000001' NOT NULL;
ALTER TABLE site ADD unit_id uuid DEFAULT '00000000-0000-7000-8000-000000000001' NOT NULL;
ALTER TABLE requester ADD unit_id uuid DEFAULT '00000000-0000-7000-8000-000000000001' NOT NULL;
ALTER TABLE conversation ADD unit_id uuid DEFAULT '00000000-0000-7000-8000-000000000001' NOT NULL;
ALTER TABLE ticket ADD unit_id uuid DEFAULT '00000000-0000-7000-8000-000000000001' NOT NULL;
ALTER TABLE evaluation ADD unit_id uuid DEFAULT '00000000-0000-7000-8000-000000000001' NOT NULL;
ALTER TABLE account_role ADD scope_kind varchar(10) DEFAULT 'subtree' NOT NULL;
ALTER TABLE account_role ADD scope_unit_id uuid;
ALTER TABLE account_role ADD CONSTRAINT ck_account_role_scope CHECK (scope_kind IN ('own', 'unit', 'subtree'));
COMMENT ON COLUMN account_role.scope_unit_id IS 'The unit the scope counts from; none: the unit of the account';
ALTER TABLE account ADD CONSTRAINT fk_account_unit FOREIGN KEY (unit_id) REFERENCES org_unit (id);
ALTER TABLE account_role ADD CONSTRAINT fk_account_role_unit FOREIGN KEY (scope_unit_id) REFERENCES org_unit (id);

CREATE INDEX ix_account_unit ON account (unit_id, username);
CREATE INDEX ix_account_role_unit ON account_role (scope_unit_id);
CREATE INDEX ix_site_unit ON site (unit_id);
CREATE INDEX ix_requester_unit ON requester (unit_id, id);
CREATE INDEX ix_conversation_unit ON conversation (unit_id, opened_at, id);
CREATE INDEX ix_conversation_unit_state ON conversation (unit_id, state, opened_at, id);
CREATE INDEX ix_ticket_unit ON ticket (unit_id, opened_at, id);
CREATE INDEX ix_ticket_unit_state ON ticket (unit_id, state, opened_at, id);
CREATE INDEX ix_evaluation_unit ON evaluation (unit_id, evaluated_at, id);
