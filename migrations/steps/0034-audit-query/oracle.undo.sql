ALTER TABLE export_request DROP COLUMN digest_hex;
DROP TABLE audit_query;
