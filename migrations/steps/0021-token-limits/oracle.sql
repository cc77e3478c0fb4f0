-- Where a program's token may be used from, how often, and the one it replaced, which is good for a while.

ALTER TABLE api_token ADD networks CLOB;
ALTER TABLE api_token ADD per_second NUMBER(19);
ALTER TABLE api_token ADD old_token_hash RAW(32);
ALTER TABLE api_token ADD old_until_at TIMESTAMP(3);
CREATE UNIQUE INDEX ux_api_token_old_hash ON api_token (old_token_hash);
COMMENT ON COLUMN api_token.networks IS 'JSON list of addresses and networks; NULL: from everywhere';
