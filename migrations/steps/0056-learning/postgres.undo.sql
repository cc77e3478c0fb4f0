DROP TABLE learning_member;
DROP TABLE learning_proposal;
DROP TABLE learning_batch;
