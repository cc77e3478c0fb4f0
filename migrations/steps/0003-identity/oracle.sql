-- Accounts of staff, what they may do, their sessions, programs' tokens, and skill groups. Names of staff are C1.

CREATE TABLE account (
  id VARCHAR2(36) NOT NULL,
  username VARCHAR2(64 CHAR) NOT NULL,
  display_name VARCHAR2(100 CHAR) NOT NULL,
  state VARCHAR2(20 CHAR) NOT NULL,
  locale VARCHAR2(10 CHAR) NOT NULL,
  password_hash VARCHAR2(200 CHAR) NOT NULL,
  password_changed_at TIMESTAMP(3) NOT NULL,
  must_change_password NUMBER(1) NOT NULL,
  totp_enc BLOB,
  totp_last_step NUMBER(19) NOT NULL,
  failed_count NUMBER(19) NOT NULL,
  locked_until_at TIMESTAMP(3),
  pending_roles VARCHAR2(200 CHAR),
  pending_by_id VARCHAR2(36),
  created_at TIMESTAMP(3) NOT NULL,
  last_sign_in_at TIMESTAMP(3),
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_account PRIMARY KEY (id),
  CONSTRAINT ux_account_username UNIQUE (username),
  CONSTRAINT ck_account_state CHECK (state IN ('pending', 'active', 'disabled')),
  CONSTRAINT ck_account_must_change CHECK (must_change_password IN (0, 1))
);
COMMENT ON COLUMN account.pending_roles IS 'Roles asked for, joined by commas, until another person decides';

-- A CHECK cannot read a BLOB, so a trigger lets nothing but an envelope in.
CREATE OR REPLACE TRIGGER account_totp_tg
BEFORE INSERT OR UPDATE OF totp_enc ON account FOR EACH ROW
BEGIN
  IF :NEW.totp_enc IS NOT NULL AND NVL(RAWTOHEX(DBMS_LOB.SUBSTR(:NEW.totp_enc, 1, 1)), 'none') <> 'E1' THEN
    RAISE_APPLICATION_ERROR(-20001, 'account.totp_enc takes a sealed value only');
  END IF;
END;
/

CREATE TABLE account_role (
  account_id VARCHAR2(36) NOT NULL,
  role VARCHAR2(20 CHAR) NOT NULL,
  CONSTRAINT pk_account_role PRIMARY KEY (account_id, role),
  CONSTRAINT fk_account_role_account FOREIGN KEY (account_id) REFERENCES account (id)
);
CREATE INDEX ix_account_role_role ON account_role (role, account_id);

CREATE TABLE password_history (
  id VARCHAR2(36) NOT NULL,
  account_id VARCHAR2(36) NOT NULL,
  password_hash VARCHAR2(200 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_password_history PRIMARY KEY (id),
  CONSTRAINT fk_password_history_acc FOREIGN KEY (account_id) REFERENCES account (id)
);
CREATE INDEX ix_password_history_acc ON password_history (account_id, created_at, id);

CREATE TABLE account_session (
  id VARCHAR2(36) NOT NULL,
  token_hash RAW(32) NOT NULL,
  account_id VARCHAR2(36) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  last_seen_at TIMESTAMP(3) NOT NULL,
  expires_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_account_session PRIMARY KEY (id),
  CONSTRAINT ux_account_session_token UNIQUE (token_hash),
  CONSTRAINT fk_account_session_acc FOREIGN KEY (account_id) REFERENCES account (id)
);
COMMENT ON COLUMN account_session.token_hash IS 'SHA-256 of the cookie; the cookie itself is never stored';
CREATE INDEX ix_account_session_acc ON account_session (account_id, created_at, id);
CREATE INDEX ix_account_session_expires ON account_session (expires_at);

CREATE TABLE api_token (
  id VARCHAR2(36) NOT NULL,
  name VARCHAR2(100 CHAR) NOT NULL,
  token_hash RAW(32) NOT NULL,
  scopes VARCHAR2(500 CHAR) NOT NULL,
  created_by_id VARCHAR2(64 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  expires_at TIMESTAMP(3) NOT NULL,
  last_used_at TIMESTAMP(3),
  revoked_at TIMESTAMP(3),
  CONSTRAINT pk_api_token PRIMARY KEY (id),
  CONSTRAINT ux_api_token_hash UNIQUE (token_hash)
);
CREATE INDEX ix_api_token_created ON api_token (created_at, id);

CREATE TABLE skill_group (
  id VARCHAR2(36) NOT NULL,
  name VARCHAR2(200 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_skill_group PRIMARY KEY (id)
);

CREATE TABLE skill_group_member (
  skill_group_id VARCHAR2(36) NOT NULL,
  account_id VARCHAR2(36) NOT NULL,
  CONSTRAINT pk_skill_group_member PRIMARY KEY (skill_group_id, account_id),
  CONSTRAINT fk_skill_member_group FOREIGN KEY (skill_group_id) REFERENCES skill_group (id),
  CONSTRAINT fk_skill_member_account FOREIGN KEY (account_id) REFERENCES account (id)
);
CREATE INDEX ix_skill_member_account ON skill_group_member (account_id);
