-- Addresses that are turned away for a while, why, and who let them in again.

CREATE TABLE address_block (
  id uuid NOT NULL,
  address varchar(45) NOT NULL,
  reason varchar(20) NOT NULL,
  blocked_at timestamp(3) NOT NULL,
  ends_at timestamp(3) NOT NULL,
  released_by_id varchar(64),
  released_at timestamp(3),
  CONSTRAINT pk_address_block PRIMARY KEY (id),
  CONSTRAINT ck_address_block_reason CHECK (reason IN ('bait', 'scan', 'guessing'))
);

CREATE INDEX ix_address_block_ends ON address_block (ends_at);
CREATE INDEX ix_address_block_at ON address_block (blocked_at, id);
