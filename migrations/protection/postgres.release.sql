-- Gives the tables of the trail back to the login for the time of a migration; protect them again behind it.

DO $do$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'vaultdesk_audit_owner') THEN
    REASSIGN OWNED BY vaultdesk_audit_owner TO {{login}};
  END IF;
END
$do$;
