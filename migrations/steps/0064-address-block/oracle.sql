-- Addresses that are turned away for a while, why, and who let them in again.

CREATE TABLE address_block (
  id VARCHAR2(36) NOT NULL,
  address VARCHAR2(45 CHAR) NOT NULL,
  reason VARCHAR2(20 CHAR) NOT NULL,
  blocked_at TIMESTAMP(3) NOT NULL,
  ends_at TIMESTAMP(3) NOT NULL,
  released_by_id VARCHAR2(64 CHAR),
  released_at TIMESTAMP(3),
  CONSTRAINT pk_address_block PRIMARY KEY (id),
  CONSTRAINT ck_address_block_reason CHECK (reason IN ('bait', 'scan', 'guessing'))
);

CREATE INDEX ix_address_block_ends ON address_block (ends_at);
CREATE INDEX ix_address_block_at ON address_block (blocked_at, id);
