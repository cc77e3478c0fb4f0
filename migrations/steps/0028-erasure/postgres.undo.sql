DROP TABLE erasure_ack;
DROP TABLE erasure;
