-- Formats of a copy of a person's data.

ALTER TABLE export_request DROP CONSTRAINT ck_export_request_format;
ALTER TABLE export_request ADD CONSTRAINT ck_export_request_format
  CHECK (format IN ('xlsx', 'csv', 'pdf', 'html', 'json'));
