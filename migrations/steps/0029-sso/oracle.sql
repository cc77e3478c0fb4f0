-- Identity providers, keys of ours, sign-ins that were begun, ids that were used, and who is whom there.

CREATE TABLE sso_idp (
  id VARCHAR2(40 CHAR) NOT NULL,
  entity_id VARCHAR2(1000 CHAR) NOT NULL,
  sso_url VARCHAR2(1000 CHAR) NOT NULL,
  sso_binding VARCHAR2(10 CHAR) NOT NULL,
  slo_url VARCHAR2(1000 CHAR),
  slo_binding VARCHAR2(10 CHAR),
  slo_response_url VARCHAR2(1000 CHAR),
  map_json CLOB NOT NULL,
  state VARCHAR2(20 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  changed_at TIMESTAMP(3) NOT NULL,
  changed_by_id VARCHAR2(64 CHAR) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_sso_idp PRIMARY KEY (id),
  CONSTRAINT ux_sso_idp_entity UNIQUE (entity_id),
  CONSTRAINT ck_sso_idp_state CHECK (state IN ('waiting', 'approved', 'live')),
  CONSTRAINT ck_sso_idp_bindings CHECK (sso_binding IN ('redirect', 'post')
    AND (slo_binding IS NULL OR slo_binding IN ('redirect', 'post')))
);
COMMENT ON COLUMN sso_idp.state IS 'waiting for the second person, approved and to be tested, live';

CREATE TABLE sso_idp_certificate (
  idp_id VARCHAR2(40 CHAR) NOT NULL,
  fingerprint VARCHAR2(64 CHAR) NOT NULL,
  pem CLOB NOT NULL,
  not_before TIMESTAMP(3) NOT NULL,
  not_after TIMESTAMP(3) NOT NULL,
  warned_days NUMBER(19),
  CONSTRAINT pk_sso_idp_certificate PRIMARY KEY (idp_id, fingerprint),
  CONSTRAINT fk_sso_idp_certificate FOREIGN KEY (idp_id) REFERENCES sso_idp (id)
);
COMMENT ON COLUMN sso_idp_certificate.warned_days IS 'Days before its end at which people were last told';

CREATE TABLE sso_sp_key (
  id VARCHAR2(36) NOT NULL,
  certificate CLOB NOT NULL,
  key_enc BLOB NOT NULL,
  signs_from_at TIMESTAMP(3) NOT NULL,
  not_after TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_sso_sp_key PRIMARY KEY (id)
);
COMMENT ON COLUMN sso_sp_key.signs_from_at IS 'Published before; from then on it signs, and the one before only opens';

-- A CHECK cannot read a BLOB, so a trigger lets nothing but an envelope in.
CREATE OR REPLACE TRIGGER sso_sp_key_tg
BEFORE INSERT OR UPDATE OF key_enc ON sso_sp_key FOR EACH ROW
BEGIN
  IF NVL(RAWTOHEX(DBMS_LOB.SUBSTR(:NEW.key_enc, 1, 1)), 'none') <> 'E1' THEN
    RAISE_APPLICATION_ERROR(-20001, 'sso_sp_key.key_enc takes a sealed value only');
  END IF;
END;
/

CREATE TABLE sso_request (
  relay_hash RAW(32) NOT NULL,
  browser_hash RAW(32) NOT NULL,
  idp_id VARCHAR2(40 CHAR) NOT NULL,
  request_id VARCHAR2(64 CHAR) NOT NULL,
  purpose VARCHAR2(10 CHAR) NOT NULL,
  return_to VARCHAR2(1000 CHAR) NOT NULL,
  account_id VARCHAR2(36),
  is_forced NUMBER(1) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  expires_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_sso_request PRIMARY KEY (relay_hash),
  CONSTRAINT ck_sso_request_purpose CHECK (purpose IN ('login', 'test', 'logout')),
  CONSTRAINT ck_sso_request_forced CHECK (is_forced IN (0, 1))
);
CREATE INDEX ix_sso_request_expires ON sso_request (expires_at);

CREATE TABLE sso_used_id (
  id_hash RAW(32) NOT NULL,
  expires_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_sso_used_id PRIMARY KEY (id_hash)
);
CREATE INDEX ix_sso_used_id_expires ON sso_used_id (expires_at);

CREATE TABLE sso_identity (
  id VARCHAR2(36) NOT NULL,
  idp_id VARCHAR2(40 CHAR) NOT NULL,
  name_id VARCHAR2(255 CHAR) NOT NULL,
  account_id VARCHAR2(36) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_sso_identity PRIMARY KEY (id),
  CONSTRAINT ux_sso_identity_name UNIQUE (idp_id, name_id),
  CONSTRAINT fk_sso_identity_account FOREIGN KEY (account_id) REFERENCES account (id)
);
CREATE INDEX ix_sso_identity_account ON sso_identity (account_id);

ALTER TABLE account_session ADD idp_id VARCHAR2(40 CHAR);
ALTER TABLE account_session ADD name_id VARCHAR2(255 CHAR);
ALTER TABLE account_session ADD name_id_format VARCHAR2(256 CHAR);
ALTER TABLE account_session ADD session_index VARCHAR2(256 CHAR);
CREATE INDEX ix_account_session_name ON account_session (idp_id, name_id);
