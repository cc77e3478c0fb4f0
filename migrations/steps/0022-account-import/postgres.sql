-- Files of accounts: what a check found, and where the import stands.

CREATE TABLE account_import (
  id uuid NOT NULL,
  state varchar(20) NOT NULL,
  encoding varchar(10) NOT NULL,
  file_hash varchar(64) NOT NULL,
  new_count bigint NOT NULL,
  changed_count bigint NOT NULL,
  unchanged_count bigint NOT NULL,
  faulty_count bigint NOT NULL,
  faults text NOT NULL,
  row_lines text NOT NULL,
  waiting_ids text NOT NULL,
  created_by_id varchar(64) NOT NULL,
  created_at timestamp(3) NOT NULL,
  applied_at timestamp(3),
  version bigint NOT NULL,
  CONSTRAINT pk_account_import PRIMARY KEY (id),
  CONSTRAINT ck_account_import_state CHECK (state IN ('checked', 'submitted', 'applied'))
);
COMMENT ON COLUMN account_import.row_lines IS 'Rows without faults; emptied when the accounts are made';
COMMENT ON COLUMN account_import.waiting_ids IS 'Accounts that nobody has fetched a password for';
CREATE INDEX ix_account_import_creator ON account_import (created_by_id, id);
