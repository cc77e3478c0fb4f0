DROP TRIGGER tr_audit_truncate_refuse;
DROP TABLE audit_seal;
DROP TABLE audit_event;
DROP TABLE audit_epoch;
