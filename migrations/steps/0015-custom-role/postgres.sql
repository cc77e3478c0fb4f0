-- Roles composed by the bank, and who asked for and who granted each role an account holds.

CREATE TABLE custom_role (
  id varchar(20) NOT NULL,
  name_zh varchar(50) NOT NULL,
  name_en varchar(50) NOT NULL,
  name_key varchar(120) NOT NULL,
  nature varchar(20) NOT NULL,
  takes_work smallint NOT NULL,
  permissions text NOT NULL,
  state varchar(20) NOT NULL,
  created_at timestamp(3) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_custom_role PRIMARY KEY (id),
  CONSTRAINT ux_custom_role_name UNIQUE (name_key),
  CONSTRAINT ck_custom_role_state CHECK (state IN ('active', 'removed')),
  CONSTRAINT ck_custom_role_takes_work CHECK (takes_work IN (0, 1)),
  CONSTRAINT ck_custom_role_nature CHECK (nature IN ('business', 'system-admin', 'security-admin', 'audit-admin'))
);
COMMENT ON COLUMN custom_role.name_key IS 'The Chinese name as it is compared; the id of a removed role';
COMMENT ON COLUMN custom_role.nature IS 'Whose permissions it is composed of; never changes';
CREATE INDEX ix_custom_role_state ON custom_role (state, id);

CREATE TABLE role_grant (
  account_id uuid NOT NULL,
  role varchar(20) NOT NULL,
  requested_by_id varchar(64) NOT NULL,
  approved_by_id varchar(64) NOT NULL,
  granted_at timestamp(3) NOT NULL,
  CONSTRAINT pk_role_grant PRIMARY KEY (account_id, role),
  CONSTRAINT fk_role_grant_account FOREIGN KEY (account_id) REFERENCES account (id)
);
COMMENT ON TABLE role_grant IS 'Who granted a role; roles of the first accounts have none';
