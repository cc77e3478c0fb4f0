ALTER TABLE audit_alert DROP CONSTRAINT ck_audit_alert_end;
ALTER TABLE audit_alert DROP COLUMN expired_at;
ALTER TABLE audit_alert DROP COLUMN escalated_at;
