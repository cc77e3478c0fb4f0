-- Identity providers are switched off and on by two people, and their metadata is loaded anew from where they publish it.

ALTER TABLE sso_idp DROP CONSTRAINT ck_sso_idp_state;
UPDATE sso_idp SET state = 'off' WHERE state = 'waiting';
ALTER TABLE sso_idp ADD CONSTRAINT ck_sso_idp_state CHECK (state IN ('approved', 'live', 'off'));
COMMENT ON COLUMN sso_idp.state IS 'approved and to be tested, live, off';

ALTER TABLE sso_idp ADD COLUMN metadata_url varchar(1000);
ALTER TABLE sso_idp ADD COLUMN metadata_signer text;
ALTER TABLE sso_idp ADD COLUMN fetched_at timestamp(3);
ALTER TABLE sso_idp ADD COLUMN fetch_fault varchar(100);
COMMENT ON COLUMN sso_idp.metadata_signer IS 'Certificate that signs the metadata; without it nothing is taken over by itself';
COMMENT ON COLUMN sso_idp.fetch_fault IS 'Why the last loading failed; empty when it went well';

ALTER TABLE sso_sp_key ADD COLUMN warned_days bigint;
COMMENT ON COLUMN sso_sp_key.warned_days IS 'Days before its end at which people were last told';
