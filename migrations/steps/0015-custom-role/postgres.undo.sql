DELETE FROM account_role WHERE role IN (SELECT id FROM custom_role);
DROP TABLE role_grant;
DROP TABLE custom_role;
