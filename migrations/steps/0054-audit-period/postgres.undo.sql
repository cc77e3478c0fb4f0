DROP TABLE audit_period;
