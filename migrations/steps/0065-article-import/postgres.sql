-- Files of articles that are checked before they change anything, and JSON lines as a format of exports.

CREATE TABLE article_import (
  id uuid NOT NULL,
  state varchar(10) NOT NULL,
  format varchar(10) NOT NULL,
  file_hash varchar(64) NOT NULL,
  row_count bigint NOT NULL,
  done_count bigint NOT NULL,
  new_count bigint NOT NULL,
  changed_count bigint NOT NULL,
  unchanged_count bigint NOT NULL,
  conflict_count bigint NOT NULL,
  faulty_count bigint NOT NULL,
  applied_count bigint NOT NULL,
  created_by_id varchar(64) NOT NULL,
  created_at timestamp(3) NOT NULL,
  ended_at timestamp(3),
  version bigint NOT NULL,
  CONSTRAINT pk_article_import PRIMARY KEY (id),
  CONSTRAINT ck_article_import_state CHECK (state IN ('checking', 'checked', 'applying', 'done')),
  CONSTRAINT ck_article_import_format CHECK (format IN ('xlsx', 'csv', 'jsonl'))
);
CREATE INDEX ix_article_import_of ON article_import (created_by_id, id);

CREATE TABLE article_import_row (
  import_id uuid NOT NULL,
  line bigint NOT NULL,
  article_id uuid,
  question varchar(300),
  content text,
  outcome varchar(10) NOT NULL,
  code varchar(30),
  column_name varchar(20),
  other_line bigint,
  other_id uuid,
  CONSTRAINT pk_article_import_row PRIMARY KEY (import_id, line),
  CONSTRAINT fk_article_import_row FOREIGN KEY (import_id) REFERENCES article_import (id),
  CONSTRAINT ck_article_import_row_outcome CHECK (outcome IN
    ('waiting', 'new', 'changed', 'unchanged', 'conflict', 'faulty', 'applied', 'refused'))
);

ALTER TABLE export_request DROP CONSTRAINT ck_export_request_format;
ALTER TABLE export_request ADD CONSTRAINT ck_export_request_format
  CHECK (format IN ('xlsx', 'csv', 'pdf', 'html', 'json', 'jsonl'));
