DROP TABLE audit_seal;
DROP TABLE audit_event;
DROP TABLE audit_epoch;
DROP FUNCTION audit_refuse_change();
