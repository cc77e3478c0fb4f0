DROP TABLE audit_check;
