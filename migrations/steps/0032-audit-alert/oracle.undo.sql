DROP TABLE audit_alert;
