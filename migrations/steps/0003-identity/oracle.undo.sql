DROP TABLE skill_group_member;
DROP TABLE skill_group;
DROP TABLE api_token;
DROP TABLE account_session;
DROP TABLE password_history;
DROP TABLE account_role;
DROP TABLE account;
