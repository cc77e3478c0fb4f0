DELETE FROM export_part WHERE export_id IN (SELECT id FROM export_request WHERE format = 'jsonl');
DELETE FROM export_request WHERE format = 'jsonl';
ALTER TABLE export_request DROP CONSTRAINT ck_export_request_format;
ALTER TABLE export_request ADD CONSTRAINT ck_export_request_format
  CHECK (format IN ('xlsx', 'csv', 'pdf', 'html', 'json'));
DROP TABLE article_import_row;
DROP TABLE article_import;
