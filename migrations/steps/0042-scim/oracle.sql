-- People and groups that an identity provider keeps here by SCIM.

CREATE TABLE scim_user (
  account_id VARCHAR2(36) NOT NULL,
  idp_id VARCHAR2(40 CHAR) NOT NULL,
  external_id VARCHAR2(255 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  changed_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_scim_user PRIMARY KEY (account_id),
  CONSTRAINT ux_scim_user_external UNIQUE (idp_id, external_id),
  CONSTRAINT fk_scim_user_account FOREIGN KEY (account_id) REFERENCES account (id)
);
CREATE INDEX ix_scim_user_page ON scim_user (idp_id, account_id);

CREATE TABLE scim_group (
  id VARCHAR2(36) NOT NULL,
  idp_id VARCHAR2(40 CHAR) NOT NULL,
  display_name VARCHAR2(256 CHAR) NOT NULL,
  external_id VARCHAR2(255 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  changed_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_scim_group PRIMARY KEY (id),
  CONSTRAINT ux_scim_group_name UNIQUE (idp_id, display_name)
);
CREATE INDEX ix_scim_group_page ON scim_group (idp_id, id);

CREATE TABLE scim_group_member (
  group_id VARCHAR2(36) NOT NULL,
  account_id VARCHAR2(36) NOT NULL,
  CONSTRAINT pk_scim_group_member PRIMARY KEY (group_id, account_id),
  CONSTRAINT fk_scim_member_group FOREIGN KEY (group_id) REFERENCES scim_group (id),
  CONSTRAINT fk_scim_member_user FOREIGN KEY (account_id) REFERENCES scim_user (account_id)
);
CREATE INDEX ix_scim_member_account ON scim_group_member (account_id);
