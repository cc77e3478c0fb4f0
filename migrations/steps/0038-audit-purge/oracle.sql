-- Purging the trail. Who writes has no right to delete: a row in audit_purge_chunk asks the database to remove a range,
-- and the trigger below does it only for a decision of two people and only behind the floor of 200 days.

CREATE TABLE audit_purge (
  purge_no NUMBER(19) NOT NULL,
  approval_key VARCHAR2(64 CHAR) NOT NULL,
  from_seal NUMBER(19) NOT NULL,
  to_seal NUMBER(19) NOT NULL,
  from_size NUMBER(19) NOT NULL,
  to_size NUMBER(19) NOT NULL,
  root RAW(32) NOT NULL,
  head RAW(32) NOT NULL,
  archive_name VARCHAR2(200 CHAR) NOT NULL,
  archive_digest RAW(32) NOT NULL,
  requested_by VARCHAR2(64 CHAR) NOT NULL,
  approved_by VARCHAR2(64 CHAR) NOT NULL,
  until_at TIMESTAMP(3) NOT NULL,
  decided_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_audit_purge PRIMARY KEY (purge_no),
  CONSTRAINT uq_audit_purge_key UNIQUE (approval_key),
  CONSTRAINT ck_audit_purge_people CHECK (requested_by <> approved_by),
  CONSTRAINT ck_audit_purge_seals CHECK (from_seal >= 1 AND to_seal >= from_seal),
  CONSTRAINT ck_audit_purge_root CHECK (UTL_RAW.LENGTH(root) = 32),
  CONSTRAINT ck_audit_purge_head CHECK (UTL_RAW.LENGTH(head) = 32),
  CONSTRAINT ck_audit_purge_digest CHECK (UTL_RAW.LENGTH(archive_digest) = 32)
);

CREATE TABLE audit_purge_chunk (
  id VARCHAR2(36) NOT NULL,
  purge_no NUMBER(19) NOT NULL,
  node VARCHAR2(40 CHAR),
  epoch NUMBER(19),
  lane NUMBER(19),
  from_n NUMBER(19),
  to_n NUMBER(19),
  until_at TIMESTAMP(3),
  seals_below NUMBER(19),
  CONSTRAINT pk_audit_purge_chunk PRIMARY KEY (id),
  CONSTRAINT fk_audit_purge_chunk FOREIGN KEY (purge_no) REFERENCES audit_purge (purge_no)
);
CREATE INDEX ix_audit_purge_chunk ON audit_purge_chunk (purge_no);

-- Open only while the trigger below deletes; a variable of the session, and nobody is granted the package.
CREATE PACKAGE audit_purge_gate AS
  is_open BOOLEAN := FALSE;
END audit_purge_gate;
/
CREATE TRIGGER tr_audit_purge_apply AFTER INSERT ON audit_purge_chunk FOR EACH ROW
DECLARE
  last_seal NUMBER(19);
BEGIN
  SELECT MAX(to_seal) INTO last_seal FROM audit_purge WHERE purge_no = :NEW.purge_no;
  audit_purge_gate.is_open := TRUE;
  IF :NEW.lane IS NOT NULL THEN
    IF :NEW.until_at IS NULL OR :NEW.until_at > SYS_EXTRACT_UTC(SYSTIMESTAMP) - INTERVAL '200' DAY(3) THEN
      RAISE_APPLICATION_ERROR(-20901, 'the audit trail is kept for at least 200 days');
    END IF;
    DELETE FROM audit_event WHERE node = :NEW.node AND epoch = :NEW.epoch AND lane = :NEW.lane
      AND n BETWEEN :NEW.from_n AND :NEW.to_n AND occurred_at < :NEW.until_at;
  END IF;
  IF :NEW.seals_below IS NOT NULL THEN
    IF last_seal IS NULL OR :NEW.seals_below > last_seal THEN
      RAISE_APPLICATION_ERROR(-20901, 'no decision reaches as far as this seal');
    END IF;
    DELETE FROM audit_seal WHERE seal_no < :NEW.seals_below;
  END IF;
  audit_purge_gate.is_open := FALSE;
EXCEPTION
  WHEN OTHERS THEN
    audit_purge_gate.is_open := FALSE;
    RAISE;
END;
/
CREATE OR REPLACE TRIGGER tr_audit_event_refuse BEFORE UPDATE OR DELETE ON audit_event
BEGIN
  IF UPDATING OR NOT audit_purge_gate.is_open THEN
    RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
  END IF;
END;
/
CREATE OR REPLACE TRIGGER tr_audit_seal_refuse BEFORE UPDATE OR DELETE ON audit_seal
BEGIN
  IF UPDATING OR NOT audit_purge_gate.is_open THEN
    RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
  END IF;
END;
/
CREATE TRIGGER tr_audit_purge_refuse BEFORE UPDATE OR DELETE ON audit_purge
BEGIN
  RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
END;
/
CREATE TRIGGER tr_audit_chunk_refuse BEFORE UPDATE OR DELETE ON audit_purge_chunk
BEGIN
  RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
END;
/
-- TRUNCATE is a definition statement in Oracle, so a table trigger never sees it.
CREATE OR REPLACE TRIGGER tr_audit_truncate_refuse BEFORE TRUNCATE ON SCHEMA
BEGIN
  IF ora_dict_obj_name IN ('AUDIT_EVENT', 'AUDIT_SEAL', 'AUDIT_EPOCH', 'AUDIT_PURGE', 'AUDIT_PURGE_CHUNK') THEN
    RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
  END IF;
END;
/
