DROP TABLE scim_group_member;
DROP TABLE scim_group;
DROP TABLE scim_user;
