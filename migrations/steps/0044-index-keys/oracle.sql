-- Keys of search indexes that can be changed while serving: rows say which version their keyed hashes are of.

ALTER TABLE crypto_dek DROP CONSTRAINT crypto_dek_scope_ck;
ALTER TABLE crypto_dek ADD CONSTRAINT crypto_dek_scope_ck CHECK (scope IN ('installation', 'requester', 'index'));
ALTER TABLE crypto_dek DROP CONSTRAINT crypto_dek_state_ck;
ALTER TABLE crypto_dek ADD CONSTRAINT crypto_dek_state_ck
  CHECK (state IN ('pre_active', 'active', 'decrypt_only', 'destroyed'));
-- One key at a time seals for the installation, and one makes the hashes.
CREATE UNIQUE INDEX ux_crypto_dek_one ON crypto_dek (CASE WHEN scope <> 'requester' AND state = 'active' THEN scope END);

-- 0: made before there were versions; the upkeep hashes such rows anew.
ALTER TABLE requester ADD index_version NUMBER(19) DEFAULT 0 NOT NULL;
ALTER TABLE requester ADD name_prefix_bix RAW(32);
CREATE INDEX ix_requester_prefix ON requester (name_prefix_bix, created_at, id);
ALTER TABLE ticket ADD index_version NUMBER(19) DEFAULT 1 NOT NULL;
ALTER TABLE custom_value ADD index_version NUMBER(19) DEFAULT 1 NOT NULL;

-- One row a token of a requester's name; PostgreSQL keeps all of them as one array in the column of the same name.
CREATE TABLE requester_token (
  requester_id VARCHAR2(36) NOT NULL,
  tokens NUMBER(19) NOT NULL,
  CONSTRAINT pk_requester_token PRIMARY KEY (tokens, requester_id)
);
CREATE INDEX ix_requester_token ON requester_token (requester_id);
