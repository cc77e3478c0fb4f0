DROP TABLE audit_word;
DROP TABLE audit_block;
