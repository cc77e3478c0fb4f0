ALTER TABLE export_request DROP COLUMN read_scopes;
