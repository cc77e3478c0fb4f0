-- Own fields are found by their beginning and by words too; what is there already is hashed anew by the upkeep.

ALTER TABLE custom_value ADD value_prefix_bix bytea;
UPDATE custom_value SET index_version = 0 WHERE value_bix IS NOT NULL;
CREATE INDEX ix_custom_value_prefix ON custom_value (record_type, field_key, value_prefix_bix, record_id);

-- One row a value whose words are looked for, with all tokens of it; on Oracle, which has no arrays, one row a token.
CREATE TABLE custom_value_token (
  value_id uuid NOT NULL,
  tokens bigint[] NOT NULL,
  CONSTRAINT pk_custom_value_token PRIMARY KEY (value_id)
);
CREATE INDEX ix_custom_value_token ON custom_value_token USING gin (tokens);
