-- Values of the fields an installation adds to tickets, requesters, and conversations.

CREATE TABLE custom_value (
  id VARCHAR2(36) NOT NULL,
  record_type VARCHAR2(20 CHAR) NOT NULL,
  record_id VARCHAR2(36) NOT NULL,
  field_key VARCHAR2(40 CHAR) NOT NULL,
  ordinal NUMBER(19) NOT NULL,
  number_value NUMBER(19),
  choice_value VARCHAR2(40 CHAR),
  value_enc BLOB,
  value_bix RAW(32),
  CONSTRAINT pk_custom_value PRIMARY KEY (id),
  CONSTRAINT ux_custom_value UNIQUE (record_type, record_id, field_key, ordinal),
  CONSTRAINT ck_custom_value_type CHECK (record_type IN ('ticket', 'requester', 'conversation')),
  CONSTRAINT ck_custom_value_one CHECK (
    (CASE WHEN number_value IS NULL THEN 0 ELSE 1 END)
    + (CASE WHEN choice_value IS NULL THEN 0 ELSE 1 END) <= 1)
);
COMMENT ON COLUMN custom_value.number_value IS 'Number times 10,000, day as YYYYMMDD, yes as 1';
CREATE INDEX ix_custom_value_choice ON custom_value (record_type, field_key, choice_value, record_id);
CREATE INDEX ix_custom_value_number ON custom_value (record_type, field_key, number_value, record_id);
CREATE INDEX ix_custom_value_bix ON custom_value (record_type, field_key, value_bix, record_id);

CREATE TABLE custom_record (
  record_type VARCHAR2(20 CHAR) NOT NULL,
  record_id VARCHAR2(36) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_custom_record PRIMARY KEY (record_type, record_id)
);

CREATE OR REPLACE TRIGGER tr_custom_value_enc BEFORE INSERT OR UPDATE ON custom_value FOR EACH ROW
BEGIN
  IF (:NEW.value_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.value_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/
