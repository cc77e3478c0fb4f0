-- Accounts of staff, what they may do, their sessions, programs' tokens, and skill groups. Names of staff are C1.

CREATE TABLE account (
  id uuid NOT NULL,
  username varchar(64) NOT NULL,
  display_name varchar(100) NOT NULL,
  state varchar(20) NOT NULL,
  locale varchar(10) NOT NULL,
  password_hash varchar(200) NOT NULL,
  password_changed_at timestamp(3) NOT NULL,
  must_change_password smallint NOT NULL,
  totp_enc bytea,
  totp_last_step bigint NOT NULL,
  failed_count bigint NOT NULL,
  locked_until_at timestamp(3),
  pending_roles varchar(200),
  pending_by_id uuid,
  created_at timestamp(3) NOT NULL,
  last_sign_in_at timestamp(3),
  version bigint NOT NULL,
  CONSTRAINT pk_account PRIMARY KEY (id),
  CONSTRAINT ux_account_username UNIQUE (username),
  CONSTRAINT ck_account_state CHECK (state IN ('pending', 'active', 'disabled')),
  CONSTRAINT ck_account_must_change CHECK (must_change_password IN (0, 1)),
  CONSTRAINT ck_account_totp CHECK (totp_enc IS NULL OR get_byte(totp_enc, 0) = 225)
);
COMMENT ON COLUMN account.pending_roles IS 'Roles asked for, joined by commas, until another person decides';

CREATE TABLE account_role (
  account_id uuid NOT NULL,
  role varchar(20) NOT NULL,
  CONSTRAINT pk_account_role PRIMARY KEY (account_id, role),
  CONSTRAINT fk_account_role_account FOREIGN KEY (account_id) REFERENCES account (id)
);
CREATE INDEX ix_account_role_role ON account_role (role, account_id);

CREATE TABLE password_history (
  id uuid NOT NULL,
  account_id uuid NOT NULL,
  password_hash varchar(200) NOT NULL,
  created_at timestamp(3) NOT NULL,
  CONSTRAINT pk_password_history PRIMARY KEY (id),
  CONSTRAINT fk_password_history_acc FOREIGN KEY (account_id) REFERENCES account (id)
);
CREATE INDEX ix_password_history_acc ON password_history (account_id, created_at, id);

CREATE TABLE account_session (
  id uuid NOT NULL,
  token_hash bytea NOT NULL,
  account_id uuid NOT NULL,
  created_at timestamp(3) NOT NULL,
  last_seen_at timestamp(3) NOT NULL,
  expires_at timestamp(3) NOT NULL,
  CONSTRAINT pk_account_session PRIMARY KEY (id),
  CONSTRAINT ux_account_session_token UNIQUE (token_hash),
  CONSTRAINT fk_account_session_acc FOREIGN KEY (account_id) REFERENCES account (id)
);
COMMENT ON COLUMN account_session.token_hash IS 'SHA-256 of the cookie; the cookie itself is never stored';
CREATE INDEX ix_account_session_acc ON account_session (account_id, created_at, id);
CREATE INDEX ix_account_session_expires ON account_session (expires_at);

CREATE TABLE api_token (
  id uuid NOT NULL,
  name varchar(100) NOT NULL,
  token_hash bytea NOT NULL,
  scopes varchar(500) NOT NULL,
  created_by_id varchar(64) NOT NULL,
  created_at timestamp(3) NOT NULL,
  expires_at timestamp(3) NOT NULL,
  last_used_at timestamp(3),
  revoked_at timestamp(3),
  CONSTRAINT pk_api_token PRIMARY KEY (id),
  CONSTRAINT ux_api_token_hash UNIQUE (token_hash)
);
CREATE INDEX ix_api_token_created ON api_token (created_at, id);

CREATE TABLE skill_group (
  id uuid NOT NULL,
  name varchar(200) NOT NULL,
  created_at timestamp(3) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_skill_group PRIMARY KEY (id)
);

CREATE TABLE skill_group_member (
  skill_group_id uuid NOT NULL,
  account_id uuid NOT NULL,
  CONSTRAINT pk_skill_group_member PRIMARY KEY (skill_group_id, account_id),
  CONSTRAINT fk_skill_member_group FOREIGN KEY (skill_group_id) REFERENCES skill_group (id),
  CONSTRAINT fk_skill_member_account FOREIGN KEY (account_id) REFERENCES account (id)
);
CREATE INDEX ix_skill_member_account ON skill_group_member (account_id);
