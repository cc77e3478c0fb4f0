-- Messages and entries of the trail by months. The server moves the rows while others read and write, and makes each later
-- part with the first row that needs it. Partitioning is an option of Oracle: without it (ORA-00439) both stay one table.
DECLARE
  no_option EXCEPTION;
  PRAGMA EXCEPTION_INIT(no_option, -439);
  found_count NUMBER;
BEGIN
  SELECT COUNT(*) INTO found_count FROM user_part_tables WHERE table_name = 'MESSAGE';
  IF found_count = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE message MODIFY PARTITION BY RANGE (opened_month) INTERVAL (1)
      (PARTITION message_first VALUES LESS THAN (202001)) ONLINE';
  END IF;
EXCEPTION
  WHEN no_option THEN NULL;
END;
/
-- Unique keys without the instant stay over all parts, so no id and no number is ever there twice.
DECLARE
  no_option EXCEPTION;
  PRAGMA EXCEPTION_INIT(no_option, -439);
  found_count NUMBER;
BEGIN
  SELECT COUNT(*) INTO found_count FROM user_part_tables WHERE table_name = 'AUDIT_EVENT';
  IF found_count = 0 THEN
    EXECUTE IMMEDIATE 'ALTER TABLE audit_event MODIFY PARTITION BY RANGE (occurred_at)
      INTERVAL (NUMTOYMINTERVAL(1, ''MONTH''))
      (PARTITION audit_event_first VALUES LESS THAN (TIMESTAMP ''2020-01-01 00:00:00'')) ONLINE';
  END IF;
EXCEPTION
  WHEN no_option THEN NULL;
END;
/
-- A part can be emptied or dropped by ALTER TABLE, which no trigger of a table or of TRUNCATE sees.
CREATE OR REPLACE TRIGGER tr_audit_part_refuse BEFORE ALTER ON SCHEMA
DECLARE
  words ora_name_list_t;
  word_count PLS_INTEGER;
  said VARCHAR2(4000);
BEGIN
  IF ora_dict_obj_name = 'AUDIT_EVENT' THEN
    word_count := ora_sql_txt(words);
    FOR position IN 1 .. LEAST(NVL(word_count, 0), 40) LOOP
      said := SUBSTR(said || UPPER(words(position)), 1, 3900);
    END LOOP;
    IF REGEXP_LIKE(said, '(TRUNCATE|DROP|EXCHANGE)[[:space:]]+(SUB)?PARTITION') THEN
      RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
    END IF;
  END IF;
END;
/
