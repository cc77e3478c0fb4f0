DROP TABLE custom_record;
DROP TABLE custom_value;
