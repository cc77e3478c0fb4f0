DROP TABLE idempotency_record;
DROP TABLE dead_letter;
DROP TABLE lease;
DROP TABLE outbox_event;
DROP TABLE id_block;
DROP TABLE crypto_dek;
DROP TABLE installation;
