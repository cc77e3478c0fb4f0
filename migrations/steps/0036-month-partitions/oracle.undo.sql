-- The tables stay in parts: the version before cannot tell the difference, and taking them together would copy every row.
DROP TRIGGER tr_audit_part_refuse;
