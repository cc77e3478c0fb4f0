-- Files of accounts: what a check found, and where the import stands.

CREATE TABLE account_import (
  id VARCHAR2(36) NOT NULL,
  state VARCHAR2(20 CHAR) NOT NULL,
  encoding VARCHAR2(10 CHAR) NOT NULL,
  file_hash VARCHAR2(64 CHAR) NOT NULL,
  new_count NUMBER(19) NOT NULL,
  changed_count NUMBER(19) NOT NULL,
  unchanged_count NUMBER(19) NOT NULL,
  faulty_count NUMBER(19) NOT NULL,
  faults CLOB NOT NULL,
  row_lines CLOB NOT NULL,
  waiting_ids CLOB NOT NULL,
  created_by_id VARCHAR2(64 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  applied_at TIMESTAMP(3),
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_account_import PRIMARY KEY (id),
  CONSTRAINT ck_account_import_state CHECK (state IN ('checked', 'submitted', 'applied'))
);
COMMENT ON COLUMN account_import.row_lines IS 'Rows without faults; emptied when the accounts are made';
COMMENT ON COLUMN account_import.waiting_ids IS 'Accounts that nobody has fetched a password for';
CREATE INDEX ix_account_import_creator ON account_import (created_by_id, id);
