-- What nobody signs is told to more people, and closed as not reviewed in the end; the row stays.

ALTER TABLE audit_alert ADD (escalated_at TIMESTAMP(3));
ALTER TABLE audit_alert ADD (expired_at TIMESTAMP(3));
ALTER TABLE audit_alert ADD CONSTRAINT ck_audit_alert_end CHECK (signed_at IS NULL OR expired_at IS NULL);
