ALTER TABLE learning_batch DROP COLUMN guards_after;
ALTER TABLE learning_batch DROP COLUMN guards_before;
ALTER TABLE learning_batch DROP COLUMN guard_count;
ALTER TABLE learning_proposal DROP COLUMN asked_count;
