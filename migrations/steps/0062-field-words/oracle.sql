-- Own fields are found by their beginning and by words too; what is there already is hashed anew by the upkeep.

ALTER TABLE custom_value ADD value_prefix_bix RAW(32);
UPDATE custom_value SET index_version = 0 WHERE value_bix IS NOT NULL;
CREATE INDEX ix_custom_value_prefix ON custom_value (record_type, field_key, value_prefix_bix, record_id);

-- One row a token of a value; PostgreSQL keeps all of them as one array in the column of the same name.
CREATE TABLE custom_value_token (
  value_id VARCHAR2(36) NOT NULL,
  tokens NUMBER(19) NOT NULL,
  CONSTRAINT pk_custom_value_token PRIMARY KEY (tokens, value_id)
);
CREATE INDEX ix_custom_value_token ON custom_value_token (value_id);
