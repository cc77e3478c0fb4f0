-- What nobody signs is told to more people, and closed as not reviewed in the end; the row stays.

ALTER TABLE audit_alert ADD COLUMN escalated_at timestamp(3);
ALTER TABLE audit_alert ADD COLUMN expired_at timestamp(3);
ALTER TABLE audit_alert ADD CONSTRAINT ck_audit_alert_end CHECK (signed_at IS NULL OR expired_at IS NULL);
