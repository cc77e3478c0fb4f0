CREATE TABLE skill_group (
  id VARCHAR2(36) NOT NULL,
  name VARCHAR2(200 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_skill_group PRIMARY KEY (id)
);
