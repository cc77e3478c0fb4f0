-- Takes the trail out of the hands of the user the server works with. Run it as a database administrator once the steps were
-- applied by the owner of the tables, here {{owner}}; the server then connects as {{login}}, and the owner is locked.
-- Before the next migration: ALTER USER {{owner}} ACCOUNT UNLOCK, apply the steps as the owner, run this again.

DECLARE
  role_exists EXCEPTION;
  PRAGMA EXCEPTION_INIT(role_exists, -1921);
BEGIN
  FOR one IN (SELECT COLUMN_VALUE AS name FROM TABLE(sys.odcivarchar2list(
    'VAULTDESK_AUDIT_WRITER', 'VAULTDESK_AUDIT_SEALER', 'VAULTDESK_AUDIT_READER'))) LOOP
    BEGIN
      EXECUTE IMMEDIATE 'CREATE ROLE ' || one.name;
    EXCEPTION
      WHEN role_exists THEN NULL;
    END;
  END LOOP;
END;
/
GRANT INSERT ON {{owner}}.audit_event TO vaultdesk_audit_writer;
GRANT INSERT ON {{owner}}.audit_epoch TO vaultdesk_audit_writer;
GRANT INSERT ON {{owner}}.audit_purge TO vaultdesk_audit_writer;
GRANT INSERT ON {{owner}}.audit_purge_chunk TO vaultdesk_audit_writer;
GRANT INSERT ON {{owner}}.witness_head TO vaultdesk_audit_writer;
GRANT INSERT ON {{owner}}.witness_refusal TO vaultdesk_audit_writer;
GRANT SELECT ON {{owner}}.audit_event TO vaultdesk_audit_sealer;
GRANT SELECT ON {{owner}}.audit_epoch TO vaultdesk_audit_sealer;
GRANT SELECT, INSERT ON {{owner}}.audit_seal TO vaultdesk_audit_sealer;
GRANT SELECT ON {{owner}}.audit_event TO vaultdesk_audit_reader;
GRANT SELECT ON {{owner}}.audit_epoch TO vaultdesk_audit_reader;
GRANT SELECT ON {{owner}}.audit_seal TO vaultdesk_audit_reader;
GRANT SELECT ON {{owner}}.audit_purge TO vaultdesk_audit_reader;
GRANT SELECT ON {{owner}}.audit_purge_chunk TO vaultdesk_audit_reader;
GRANT SELECT ON {{owner}}.witness_head TO vaultdesk_audit_reader;
GRANT SELECT ON {{owner}}.witness_refusal TO vaultdesk_audit_reader;
GRANT vaultdesk_audit_writer, vaultdesk_audit_sealer, vaultdesk_audit_reader TO {{login}};
BEGIN
  FOR one IN (SELECT table_name FROM all_tables WHERE owner = UPPER('{{owner}}') AND nested = 'NO'
      AND table_name NOT IN ('AUDIT_EVENT', 'AUDIT_EPOCH', 'AUDIT_SEAL', 'AUDIT_PURGE', 'AUDIT_PURGE_CHUNK',
        'WITNESS_HEAD', 'WITNESS_REFUSAL')) LOOP
    EXECUTE IMMEDIATE 'GRANT SELECT, INSERT, UPDATE, DELETE ON {{owner}}.' || one.table_name || ' TO {{login}}';
  END LOOP;
  FOR one IN (SELECT sequence_name FROM all_sequences WHERE sequence_owner = UPPER('{{owner}}')) LOOP
    EXECUTE IMMEDIATE 'GRANT SELECT ON {{owner}}.' || one.sequence_name || ' TO {{login}}';
  END LOOP;
END;
/
CREATE OR REPLACE TRIGGER {{login}}.tr_vaultdesk_schema AFTER LOGON ON {{login}}.SCHEMA
BEGIN
  EXECUTE IMMEDIATE 'ALTER SESSION SET CURRENT_SCHEMA = {{owner}}';
END;
/
ALTER USER {{owner}} ACCOUNT LOCK;
