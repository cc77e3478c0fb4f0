-- Takes the trail out of the hands of the login the server works with. Run it as a superuser, or as a role that may make
-- roles and is a member of the login, in the schema of the product; running it again changes nothing. Before a later
-- migration give it back: REASSIGN OWNED BY vaultdesk_audit_owner TO {{login}}; behind it, run this again.
--   vaultdesk_audit_owner   owns the tables and what works on them; nobody can sign in as it
--   vaultdesk_audit_writer  adds entries          vaultdesk_audit_sealer  reads entries, adds seals
--   vaultdesk_audit_reader  reads

DO $do$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['owner', 'writer', 'sealer', 'reader'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'vaultdesk_audit_' || name) THEN
      EXECUTE FORMAT('CREATE ROLE %I NOLOGIN', 'vaultdesk_audit_' || name);
    END IF;
  END LOOP;
END
$do$;

-- The function that makes monthly parts makes those of messages too, which stay the login's.
GRANT {{login}} TO vaultdesk_audit_owner;

DO $do$
DECLARE
  thing text;
BEGIN
  -- Who owns the schema may drop every table in it.
  EXECUTE FORMAT('ALTER SCHEMA %I OWNER TO vaultdesk_audit_owner', CURRENT_SCHEMA());
  EXECUTE FORMAT('REVOKE CREATE ON SCHEMA %I FROM {{login}}', CURRENT_SCHEMA());
  EXECUTE FORMAT('GRANT USAGE ON SCHEMA %I TO {{login}}', CURRENT_SCHEMA());
  FOR thing IN
    SELECT CAST(CAST(c.oid AS regclass) AS text) FROM pg_class c
    WHERE c.relnamespace = CAST(CURRENT_SCHEMA() AS regnamespace) AND c.relkind IN ('r', 'p')
      AND (c.relname IN ('audit_event', 'audit_seal', 'audit_epoch', 'audit_purge', 'audit_purge_chunk',
          'witness_head', 'witness_refusal')
        OR c.oid IN (SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = TO_REGCLASS('audit_event')))
  LOOP
    EXECUTE FORMAT('ALTER TABLE %s OWNER TO vaultdesk_audit_owner', thing);
    EXECUTE FORMAT('REVOKE ALL ON %s FROM {{login}}', thing);
  END LOOP;
  -- A function that works with the owner's rights must not be anybody else's to replace.
  FOR thing IN
    SELECT CAST(CAST(p.oid AS regprocedure) AS text) FROM pg_proc p
    WHERE p.pronamespace = CAST(CURRENT_SCHEMA() AS regnamespace)
      AND p.proname IN ('audit_refuse_change', 'audit_purge_apply', 'add_month_partition', 'drop_month_partition',
        'month_behind', 'month_first_id')
  LOOP
    EXECUTE FORMAT('ALTER FUNCTION %s OWNER TO vaultdesk_audit_owner', thing);
    EXECUTE FORMAT('GRANT EXECUTE ON FUNCTION %s TO vaultdesk_audit_writer', thing);
  END LOOP;
END
$do$;

GRANT INSERT ON audit_event, audit_epoch, audit_purge, audit_purge_chunk, witness_head, witness_refusal
  TO vaultdesk_audit_writer;
GRANT SELECT ON audit_event, audit_epoch, audit_seal TO vaultdesk_audit_sealer;
GRANT INSERT ON audit_seal TO vaultdesk_audit_sealer;
GRANT SELECT ON audit_event, audit_epoch, audit_seal, audit_purge, audit_purge_chunk, witness_head, witness_refusal
  TO vaultdesk_audit_reader;
GRANT vaultdesk_audit_writer, vaultdesk_audit_sealer, vaultdesk_audit_reader TO {{login}};
