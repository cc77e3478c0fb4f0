ALTER TABLE stored_file DROP CONSTRAINT ck_stored_file_owner;
ALTER TABLE stored_file ADD CONSTRAINT ck_stored_file_owner
  CHECK (owner_type IN ('conversation', 'ticket', 'export', 'brand', 'file'));
DROP TABLE case_file;
