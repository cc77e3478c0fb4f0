DROP TABLE copied_table;
DROP TABLE database_copy;
