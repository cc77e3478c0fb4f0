-- Identity providers, keys of ours, sign-ins that were begun, ids that were used, and who is whom there.

CREATE TABLE sso_idp (
  id varchar(40) NOT NULL,
  entity_id varchar(1000) NOT NULL,
  sso_url varchar(1000) NOT NULL,
  sso_binding varchar(10) NOT NULL,
  slo_url varchar(1000),
  slo_binding varchar(10),
  slo_response_url varchar(1000),
  map_json text NOT NULL,
  state varchar(20) NOT NULL,
  created_at timestamp(3) NOT NULL,
  changed_at timestamp(3) NOT NULL,
  changed_by_id varchar(64) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_sso_idp PRIMARY KEY (id),
  CONSTRAINT ux_sso_idp_entity UNIQUE (entity_id),
  CONSTRAINT ck_sso_idp_state CHECK (state IN ('waiting', 'approved', 'live')),
  CONSTRAINT ck_sso_idp_bindings CHECK (sso_binding IN ('redirect', 'post')
    AND (slo_binding IS NULL OR slo_binding IN ('redirect', 'post')))
);
COMMENT ON COLUMN sso_idp.state IS 'waiting for the second person, approved and to be tested, live';

CREATE TABLE sso_idp_certificate (
  idp_id varchar(40) NOT NULL,
  fingerprint varchar(64) NOT NULL,
  pem text NOT NULL,
  not_before timestamp(3) NOT NULL,
  not_after timestamp(3) NOT NULL,
  warned_days bigint,
  CONSTRAINT pk_sso_idp_certificate PRIMARY KEY (idp_id, fingerprint),
  CONSTRAINT fk_sso_idp_certificate FOREIGN KEY (idp_id) REFERENCES sso_idp (id)
);
COMMENT ON COLUMN sso_idp_certificate.warned_days IS 'Days before its end at which people were last told';

CREATE TABLE sso_sp_key (
  id uuid NOT NULL,
  certificate text NOT NULL,
  key_enc bytea NOT NULL,
  signs_from_at timestamp(3) NOT NULL,
  not_after timestamp(3) NOT NULL,
  CONSTRAINT pk_sso_sp_key PRIMARY KEY (id),
  CONSTRAINT ck_sso_sp_key CHECK (get_byte(key_enc, 0) = 225)
);
COMMENT ON COLUMN sso_sp_key.signs_from_at IS 'Published before; from then on it signs, and the one before only opens';

CREATE TABLE sso_request (
  relay_hash bytea NOT NULL,
  browser_hash bytea NOT NULL,
  idp_id varchar(40) NOT NULL,
  request_id varchar(64) NOT NULL,
  purpose varchar(10) NOT NULL,
  return_to varchar(1000) NOT NULL,
  account_id uuid,
  is_forced smallint NOT NULL,
  created_at timestamp(3) NOT NULL,
  expires_at timestamp(3) NOT NULL,
  CONSTRAINT pk_sso_request PRIMARY KEY (relay_hash),
  CONSTRAINT ck_sso_request_purpose CHECK (purpose IN ('login', 'test', 'logout')),
  CONSTRAINT ck_sso_request_forced CHECK (is_forced IN (0, 1))
);
CREATE INDEX ix_sso_request_expires ON sso_request (expires_at);

CREATE TABLE sso_used_id (
  id_hash bytea NOT NULL,
  expires_at timestamp(3) NOT NULL,
  CONSTRAINT pk_sso_used_id PRIMARY KEY (id_hash)
);
CREATE INDEX ix_sso_used_id_expires ON sso_used_id (expires_at);

CREATE TABLE sso_identity (
  id uuid NOT NULL,
  idp_id varchar(40) NOT NULL,
  name_id varchar(255) NOT NULL,
  account_id uuid NOT NULL,
  created_at timestamp(3) NOT NULL,
  CONSTRAINT pk_sso_identity PRIMARY KEY (id),
  CONSTRAINT ux_sso_identity_name UNIQUE (idp_id, name_id),
  CONSTRAINT fk_sso_identity_account FOREIGN KEY (account_id) REFERENCES account (id)
);
CREATE INDEX ix_sso_identity_account ON sso_identity (account_id);

ALTER TABLE account_session ADD COLUMN idp_id varchar(40);
ALTER TABLE account_session ADD COLUMN name_id varchar(255);
ALTER TABLE account_session ADD COLUMN name_id_format varchar(256);
ALTER TABLE account_session ADD COLUMN session_index varchar(256);
CREATE INDEX ix_account_session_name ON account_session (idp_id, name_id);
