ALTER TABLE sso_sp_key DROP COLUMN warned_days;
ALTER TABLE sso_idp DROP COLUMN fetch_fault;
ALTER TABLE sso_idp DROP COLUMN fetched_at;
ALTER TABLE sso_idp DROP COLUMN metadata_signer;
ALTER TABLE sso_idp DROP COLUMN metadata_url;
ALTER TABLE sso_idp DROP CONSTRAINT ck_sso_idp_state;
UPDATE sso_idp SET state = 'waiting' WHERE state = 'off';
ALTER TABLE sso_idp ADD CONSTRAINT ck_sso_idp_state CHECK (state IN ('waiting', 'approved', 'live'));
COMMENT ON COLUMN sso_idp.state IS 'waiting for the second person, approved and to be tested, live';
