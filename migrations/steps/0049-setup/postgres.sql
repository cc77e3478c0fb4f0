-- The code that opens the making of the first three administrators; gone with the third.

CREATE TABLE setup_code (
  code_hash bytea NOT NULL,
  made_count bigint NOT NULL,
  created_at timestamp(3) NOT NULL,
  expires_at timestamp(3) NOT NULL,
  CONSTRAINT pk_setup_code PRIMARY KEY (code_hash),
  CONSTRAINT ck_setup_code_count CHECK (made_count BETWEEN 0 AND 3)
);
COMMENT ON TABLE setup_code IS 'Opens the making of the first three administrators; SHA-256 of the code';
