DROP INDEX ux_api_token_old_hash;
ALTER TABLE api_token DROP COLUMN old_until_at;
ALTER TABLE api_token DROP COLUMN old_token_hash;
ALTER TABLE api_token DROP COLUMN per_second;
ALTER TABLE api_token DROP COLUMN networks;
