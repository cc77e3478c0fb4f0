-- Numbers of own fields are found by their last four digits; what is there already is hashed anew by the upkeep.

ALTER TABLE custom_value ADD value_last4_bix RAW(32);
UPDATE custom_value SET index_version = 0 WHERE value_bix IS NOT NULL;
CREATE INDEX ix_custom_value_last4 ON custom_value (record_type, field_key, value_last4_bix, record_id);
