-- Values of the fields an installation adds to tickets, requesters, and conversations.

CREATE TABLE custom_value (
  id uuid NOT NULL,
  record_type varchar(20) NOT NULL,
  record_id uuid NOT NULL,
  field_key varchar(40) NOT NULL,
  ordinal bigint NOT NULL,
  number_value bigint,
  choice_value varchar(40),
  value_enc bytea,
  value_bix bytea,
  CONSTRAINT pk_custom_value PRIMARY KEY (id),
  CONSTRAINT ux_custom_value UNIQUE (record_type, record_id, field_key, ordinal),
  CONSTRAINT ck_custom_value_type CHECK (record_type IN ('ticket', 'requester', 'conversation')),
  CONSTRAINT ck_custom_value_one CHECK (
    (CASE WHEN number_value IS NULL THEN 0 ELSE 1 END)
    + (CASE WHEN choice_value IS NULL THEN 0 ELSE 1 END)
    + (CASE WHEN value_enc IS NULL THEN 0 ELSE 1 END) = 1),
  CONSTRAINT ck_custom_value_enc CHECK (value_enc IS NULL OR get_byte(value_enc, 0) = 225)
);
COMMENT ON COLUMN custom_value.number_value IS 'Number times 10,000, day as YYYYMMDD, yes as 1';
CREATE INDEX ix_custom_value_choice ON custom_value (record_type, field_key, choice_value, record_id);
CREATE INDEX ix_custom_value_number ON custom_value (record_type, field_key, number_value, record_id);
CREATE INDEX ix_custom_value_bix ON custom_value (record_type, field_key, value_bix, record_id);

CREATE TABLE custom_record (
  record_type varchar(20) NOT NULL,
  record_id uuid NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_custom_record PRIMARY KEY (record_type, record_id)
);
