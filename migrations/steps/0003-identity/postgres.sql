CREATE TABLE skill_group (
  id uuid NOT NULL,
  name varchar(200) NOT NULL,
  created_at timestamp(3) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_skill_group PRIMARY KEY (id)
);
