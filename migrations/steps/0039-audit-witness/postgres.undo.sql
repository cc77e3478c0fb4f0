DROP TABLE witness_refusal;
DROP TABLE witness_head;
