-- The code that opens the making of the first three administrators; gone with the third.

CREATE TABLE setup_code (
  code_hash RAW(32) NOT NULL,
  made_count NUMBER(19) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  expires_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_setup_code PRIMARY KEY (code_hash),
  CONSTRAINT ck_setup_code_count CHECK (made_count BETWEEN 0 AND 3)
);
COMMENT ON TABLE setup_code IS 'Opens the making of the first three administrators; SHA-256 of the code';
