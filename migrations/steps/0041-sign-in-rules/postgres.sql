-- When a session was last proven by its person, addresses that people sign in from, and recovery codes.

ALTER TABLE account_session ADD COLUMN proven_at timestamp(3);
UPDATE account_session SET proven_at = created_at;
COMMENT ON COLUMN account_session.proven_at IS 'When the person last showed every factor; empty while the second one is missing';
ALTER TABLE sso_request ADD COLUMN session_id uuid;
COMMENT ON COLUMN sso_request.session_id IS 'The session whose person signs in anew';

CREATE TABLE account_address (
  account_id uuid NOT NULL,
  address_hash bytea NOT NULL,
  succeeded_at timestamp(3) NOT NULL,
  failed_count bigint NOT NULL,
  locked_until_at timestamp(3),
  CONSTRAINT pk_account_address PRIMARY KEY (account_id, address_hash),
  CONSTRAINT fk_account_address FOREIGN KEY (account_id) REFERENCES account (id)
);
COMMENT ON TABLE account_address IS 'Addresses that somebody signed in from, as keyed hashes';
CREATE INDEX ix_account_address_seen ON account_address (succeeded_at);

CREATE TABLE account_recovery_code (
  account_id uuid NOT NULL,
  code_hash bytea NOT NULL,
  CONSTRAINT pk_account_recovery_code PRIMARY KEY (account_id, code_hash),
  CONSTRAINT fk_account_recovery_code FOREIGN KEY (account_id) REFERENCES account (id)
);
