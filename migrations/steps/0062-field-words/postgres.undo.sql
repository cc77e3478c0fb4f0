DROP TABLE custom_value_token;
DROP INDEX ix_custom_value_prefix;
ALTER TABLE custom_value DROP COLUMN value_prefix_bix;
