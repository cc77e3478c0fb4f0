DROP INDEX ix_custom_value_last4;
ALTER TABLE custom_value DROP COLUMN value_last4_bix;
