DROP TABLE account_recovery_code;
DROP TABLE account_address;
ALTER TABLE sso_request DROP COLUMN session_id;
ALTER TABLE account_session DROP COLUMN proven_at;
