-- Roles composed by the bank, and who asked for and who granted each role an account holds.

CREATE TABLE custom_role (
  id VARCHAR2(20 CHAR) NOT NULL,
  name_zh VARCHAR2(50 CHAR) NOT NULL,
  name_en VARCHAR2(50 CHAR) NOT NULL,
  name_key VARCHAR2(120 CHAR) NOT NULL,
  nature VARCHAR2(20 CHAR) NOT NULL,
  takes_work NUMBER(1) NOT NULL,
  permissions CLOB NOT NULL,
  state VARCHAR2(20 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  version NUMBER(19) NOT NULL,
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
  account_id VARCHAR2(36) NOT NULL,
  role VARCHAR2(20 CHAR) NOT NULL,
  requested_by_id VARCHAR2(64 CHAR) NOT NULL,
  approved_by_id VARCHAR2(64 CHAR) NOT NULL,
  granted_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_role_grant PRIMARY KEY (account_id, role),
  CONSTRAINT fk_role_grant_account FOREIGN KEY (account_id) REFERENCES account (id)
);
COMMENT ON TABLE role_grant IS 'Who granted a role; roles of the first accounts have none';
