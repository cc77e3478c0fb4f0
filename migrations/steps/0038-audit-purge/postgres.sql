-- Purging the trail. Who writes has no right to delete: a row in audit_purge_chunk asks the database to remove a range,
-- and the trigger below does it only for a decision of two people and only behind the floor of 200 days.

CREATE TABLE audit_purge (
  purge_no bigint NOT NULL,
  approval_key varchar(64) NOT NULL,
  from_seal bigint NOT NULL,
  to_seal bigint NOT NULL,
  from_size bigint NOT NULL,
  to_size bigint NOT NULL,
  root bytea NOT NULL,
  head bytea NOT NULL,
  archive_name varchar(200) NOT NULL,
  archive_digest bytea NOT NULL,
  requested_by varchar(64) NOT NULL,
  approved_by varchar(64) NOT NULL,
  until_at timestamp(3) NOT NULL,
  decided_at timestamp(3) NOT NULL,
  CONSTRAINT pk_audit_purge PRIMARY KEY (purge_no),
  CONSTRAINT uq_audit_purge_key UNIQUE (approval_key),
  CONSTRAINT ck_audit_purge_people CHECK (requested_by <> approved_by),
  CONSTRAINT ck_audit_purge_seals CHECK (from_seal >= 1 AND to_seal >= from_seal),
  CONSTRAINT ck_audit_purge_root CHECK (octet_length(root) = 32),
  CONSTRAINT ck_audit_purge_head CHECK (octet_length(head) = 32),
  CONSTRAINT ck_audit_purge_digest CHECK (octet_length(archive_digest) = 32)
);

CREATE TABLE audit_purge_chunk (
  id uuid NOT NULL,
  purge_no bigint NOT NULL,
  node varchar(40),
  epoch bigint,
  lane bigint,
  from_n bigint,
  to_n bigint,
  until_at timestamp(3),
  seals_below bigint,
  CONSTRAINT pk_audit_purge_chunk PRIMARY KEY (id),
  CONSTRAINT fk_audit_purge_chunk FOREIGN KEY (purge_no) REFERENCES audit_purge (purge_no)
);
CREATE INDEX ix_audit_purge_chunk ON audit_purge_chunk (purge_no);

CREATE FUNCTION audit_purge_apply() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  last_seal bigint;
BEGIN
  SELECT to_seal INTO last_seal FROM audit_purge WHERE purge_no = NEW.purge_no;
  IF NEW.lane IS NOT NULL THEN
    IF NEW.until_at IS NULL OR NEW.until_at > (now() AT TIME ZONE 'UTC') - interval '200 days' THEN
      RAISE EXCEPTION 'the audit trail is kept for at least 200 days' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM audit_event WHERE node = NEW.node AND epoch = NEW.epoch AND lane = NEW.lane
      AND n BETWEEN NEW.from_n AND NEW.to_n AND occurred_at < NEW.until_at;
  END IF;
  IF NEW.seals_below IS NOT NULL THEN
    IF last_seal IS NULL OR NEW.seals_below > last_seal THEN
      RAISE EXCEPTION 'no decision reaches as far as seal %', NEW.seals_below USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM audit_seal WHERE seal_no < NEW.seals_below;
  END IF;
  RETURN NULL;
END
$$;
-- It runs with its owner's rights, so nothing of a session may come before the schema it was made in.
DO $$
BEGIN
  EXECUTE FORMAT('ALTER FUNCTION audit_purge_apply() SET search_path = %I, pg_temp', CURRENT_SCHEMA());
END
$$;
CREATE TRIGGER tr_audit_purge_apply AFTER INSERT ON audit_purge_chunk
  FOR EACH ROW EXECUTE FUNCTION audit_purge_apply();
ALTER TABLE audit_purge_chunk ENABLE ALWAYS TRIGGER tr_audit_purge_apply;

-- A deletion that comes from inside another trigger is the one above: nothing else in this schema deletes from these tables.
CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 AND TG_TABLE_NAME NOT LIKE 'audit_purge%' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'the audit trail is never changed: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER tr_audit_purge_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_purge
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER tr_audit_chunk_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_purge_chunk
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_purge ENABLE ALWAYS TRIGGER tr_audit_purge_refuse;
ALTER TABLE audit_purge_chunk ENABLE ALWAYS TRIGGER tr_audit_chunk_refuse;
