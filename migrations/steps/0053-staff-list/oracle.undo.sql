ALTER TABLE audit_alert DROP COLUMN subject_ids;
DROP TABLE staff_token;
