DROP TABLE skill_group;
