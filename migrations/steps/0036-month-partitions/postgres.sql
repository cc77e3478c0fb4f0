-- Messages and entries of the trail by months. The tables that were there become the first part of the new ones as they
-- stand: nothing is copied, and only their rows' months are looked at. Whatever fits no part goes to the default one.

-- Messages stay together with their conversation: by the month in which it was opened, which is in both unique keys.
ALTER TABLE message RENAME TO message_first;
ALTER TABLE message_first RENAME CONSTRAINT pk_message TO pk_message_first;
ALTER TABLE message_first RENAME CONSTRAINT ux_message_client TO ux_message_client_first;

CREATE TABLE message (LIKE message_first INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
  PARTITION BY RANGE (opened_month);
ALTER TABLE message ADD CONSTRAINT pk_message PRIMARY KEY (conversation_id, opened_month, seq);
ALTER TABLE message ADD CONSTRAINT ux_message_client UNIQUE (conversation_id, opened_month, id);
CREATE TABLE message_default PARTITION OF message DEFAULT;

-- Entries by their id, whose first 48 bits are the milliseconds of its making; so no id is ever there twice. That no number
-- is there twice is checked within each part; the verification of the trail sees every part.
ALTER TABLE audit_event RENAME TO audit_event_first;
ALTER TABLE audit_event_first RENAME CONSTRAINT pk_audit_event TO pk_audit_event_first;
ALTER TABLE audit_event_first RENAME CONSTRAINT uq_audit_event_id TO uq_audit_event_id_first;
ALTER INDEX ix_audit_event_at RENAME TO ix_audit_event_at_first;
ALTER INDEX ix_audit_event_actor RENAME TO ix_audit_event_actor_first;
ALTER INDEX ix_audit_event_customer RENAME TO ix_audit_event_cust_first;
ALTER INDEX ix_audit_event_target RENAME TO ix_audit_event_target_first;
ALTER INDEX ix_audit_event_action RENAME TO ix_audit_event_action_first;

CREATE TABLE audit_event (LIKE audit_event_first INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
  PARTITION BY RANGE (id);
ALTER TABLE audit_event ADD CONSTRAINT uq_audit_event_id UNIQUE (id);
CREATE INDEX ix_audit_event_at ON audit_event (occurred_at, id);
CREATE INDEX ix_audit_event_actor ON audit_event (actor_id, occurred_at);
CREATE INDEX ix_audit_event_customer ON audit_event (customer_ref, occurred_at);
CREATE INDEX ix_audit_event_target ON audit_event (target_id, occurred_at);
CREATE INDEX ix_audit_event_action ON audit_event (action, occurred_at);

-- A trigger per statement is not handed down: the whole table and each part have their own.
CREATE TRIGGER tr_audit_event_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER tr_audit_event_refuse;

CREATE TABLE audit_event_default PARTITION OF audit_event DEFAULT;
ALTER TABLE audit_event_default
  ADD CONSTRAINT pk_audit_event_default PRIMARY KEY (node, epoch, lane, n);
CREATE TRIGGER tr_audit_event_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event_default
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_event_default ENABLE ALWAYS TRIGGER tr_audit_event_refuse;

-- The month behind a month, both as 202612.
CREATE FUNCTION month_behind(month_no bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT month_no + CASE WHEN month_no % 100 = 12 THEN 89 ELSE 1 END
$$;

-- The least id that is made in a month.
CREATE FUNCTION month_first_id(month_no bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT CAST(
    LPAD(TO_HEX(CAST(EXTRACT(EPOCH FROM MAKE_TIMESTAMP(
      CAST(month_no / 100 AS integer), CAST(month_no % 100 AS integer), 1, 0, 0, 0)) * 1000 AS bigint)), 12, '0')
    || REPEAT('0', 20) AS uuid)
$$;

-- The first parts reach to the end of this month, or of the latest that has rows.
DO $$
DECLARE
  this_month bigint := CAST(TO_CHAR(NOW() AT TIME ZONE 'UTC', 'YYYYMM') AS bigint);
  message_end bigint;
  latest_id text;
  event_end bigint;
BEGIN
  SELECT month_behind(GREATEST(this_month, COALESCE(MAX(opened_month), 0))) INTO message_end FROM message_first;
  EXECUTE FORMAT('ALTER TABLE message ATTACH PARTITION message_first FOR VALUES FROM (MINVALUE) TO (%s)', message_end);
  event_end := month_behind(this_month);
  SELECT CAST(id AS text) INTO latest_id FROM audit_event_first ORDER BY id DESC LIMIT 1;
  WHILE CAST(latest_id AS uuid) >= month_first_id(event_end) AND event_end < 210001 LOOP
    event_end := month_behind(event_end);
  END LOOP;
  EXECUTE FORMAT('ALTER TABLE audit_event ATTACH PARTITION audit_event_first FOR VALUES FROM (MINVALUE) TO (%L)',
    month_first_id(event_end));
END
$$;

-- Makes the part of a month. 1: made; 0: it is there, or an older part holds the month; -1: rows of the month are in the
-- default part and stay there. Waits half a second at most for others, so that nobody waits longer for it.
CREATE FUNCTION add_month_partition(whole text, month_no bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET lock_timeout = '500ms' AS $$
DECLARE
  part text := whole || '_' || month_no;
  low text := CAST(month_no AS text);
  high text := CAST(month_behind(month_no) AS text);
BEGIN
  IF whole NOT IN ('message', 'audit_event') OR month_no NOT BETWEEN 200001 AND 999912
     OR month_no % 100 NOT BETWEEN 1 AND 12 THEN
    RAISE EXCEPTION 'no part % of %', month_no, whole USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF TO_REGCLASS(part) IS NOT NULL THEN
    RETURN 0;
  END IF;
  EXECUTE FORMAT('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, whole);
  IF whole = 'audit_event' THEN
    low := CAST(month_first_id(month_no) AS text);
    high := CAST(month_first_id(month_behind(month_no)) AS text);
    EXECUTE FORMAT('ALTER TABLE %I ADD CONSTRAINT %I PRIMARY KEY (node, epoch, lane, n)', part, 'pk_' || part);
    EXECUTE FORMAT('CREATE TRIGGER tr_audit_event_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', part);
    EXECUTE FORMAT('ALTER TABLE %I ENABLE ALWAYS TRIGGER tr_audit_event_refuse', part);
  END IF;
  EXECUTE FORMAT('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', whole, part, low, high);
  RETURN 1;
EXCEPTION
  WHEN invalid_object_definition OR duplicate_table OR unique_violation THEN
    RETURN 0;
  WHEN check_violation THEN
    RETURN -1;
END
$$;

-- Drops the part of a month when it holds no row any more; 1 when it did. A part whose deleted rows PostgreSQL has not
-- cleared away yet is left for later: looking through it takes long.
CREATE FUNCTION drop_month_partition(whole text, month_no bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET lock_timeout = '500ms' AS $$
DECLARE
  part text := whole || '_' || month_no;
  has_rows boolean;
BEGIN
  IF whole NOT IN ('message', 'audit_event') OR TO_REGCLASS(part) IS NULL
     OR PG_RELATION_SIZE(TO_REGCLASS(part)) > 8388608 THEN
    RETURN 0;
  END IF;
  -- The whole first, as everybody who writes does, so that nobody waits for the other in a circle.
  EXECUTE FORMAT('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', whole);
  EXECUTE FORMAT('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', part);
  EXECUTE FORMAT('SELECT EXISTS (SELECT 1 FROM %I)', part) INTO has_rows;
  IF has_rows THEN
    RETURN 0;
  END IF;
  EXECUTE FORMAT('DROP TABLE %I', part);
  RETURN 1;
END
$$;

-- Both run with their owner's rights, so nothing of a session may come before the schema they were made in.
DO $$
BEGIN
  EXECUTE FORMAT('ALTER FUNCTION add_month_partition(text, bigint) SET search_path = %I, pg_temp', CURRENT_SCHEMA());
  EXECUTE FORMAT('ALTER FUNCTION drop_month_partition(text, bigint) SET search_path = %I, pg_temp', CURRENT_SCHEMA());
END
$$;
REVOKE ALL ON FUNCTION add_month_partition(text, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION drop_month_partition(text, bigint) FROM PUBLIC;
