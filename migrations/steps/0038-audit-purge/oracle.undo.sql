CREATE OR REPLACE TRIGGER tr_audit_event_refuse BEFORE UPDATE OR DELETE ON audit_event
BEGIN
  RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
END;
/
CREATE OR REPLACE TRIGGER tr_audit_seal_refuse BEFORE UPDATE OR DELETE ON audit_seal
BEGIN
  RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
END;
/
CREATE OR REPLACE TRIGGER tr_audit_truncate_refuse BEFORE TRUNCATE ON SCHEMA
BEGIN
  IF ora_dict_obj_name IN ('AUDIT_EVENT', 'AUDIT_SEAL', 'AUDIT_EPOCH') THEN
    RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
  END IF;
END;
/
DROP TABLE audit_purge_chunk;
DROP TABLE audit_purge;
DROP PACKAGE audit_purge_gate;
