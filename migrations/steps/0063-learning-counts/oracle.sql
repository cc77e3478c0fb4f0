-- How often a proposal was asked, and what a night's proposals change for the questions that guard publishing.

ALTER TABLE learning_proposal ADD asked_count NUMBER(19) DEFAULT 1 NOT NULL;
ALTER TABLE learning_batch ADD guard_count NUMBER(19) DEFAULT 0 NOT NULL;
ALTER TABLE learning_batch ADD guards_before NUMBER(19) DEFAULT 0 NOT NULL;
ALTER TABLE learning_batch ADD guards_after NUMBER(19) DEFAULT 0 NOT NULL;
