-- Files of articles that are checked before they change anything, and JSON lines as a format of exports.

CREATE TABLE article_import (
  id VARCHAR2(36) NOT NULL,
  state VARCHAR2(10 CHAR) NOT NULL,
  format VARCHAR2(10 CHAR) NOT NULL,
  file_hash VARCHAR2(64 CHAR) NOT NULL,
  row_count NUMBER(19) NOT NULL,
  done_count NUMBER(19) NOT NULL,
  new_count NUMBER(19) NOT NULL,
  changed_count NUMBER(19) NOT NULL,
  unchanged_count NUMBER(19) NOT NULL,
  conflict_count NUMBER(19) NOT NULL,
  faulty_count NUMBER(19) NOT NULL,
  applied_count NUMBER(19) NOT NULL,
  created_by_id VARCHAR2(64 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  ended_at TIMESTAMP(3),
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_article_import PRIMARY KEY (id),
  CONSTRAINT ck_article_import_state CHECK (state IN ('checking', 'checked', 'applying', 'done')),
  CONSTRAINT ck_article_import_format CHECK (format IN ('xlsx', 'csv', 'jsonl'))
);
CREATE INDEX ix_article_import_of ON article_import (created_by_id, id);

CREATE TABLE article_import_row (
  import_id VARCHAR2(36) NOT NULL,
  line NUMBER(19) NOT NULL,
  article_id VARCHAR2(36),
  question VARCHAR2(300 CHAR),
  content CLOB,
  outcome VARCHAR2(10 CHAR) NOT NULL,
  code VARCHAR2(30 CHAR),
  column_name VARCHAR2(20 CHAR),
  other_line NUMBER(19),
  other_id VARCHAR2(36),
  CONSTRAINT pk_article_import_row PRIMARY KEY (import_id, line),
  CONSTRAINT fk_article_import_row FOREIGN KEY (import_id) REFERENCES article_import (id),
  CONSTRAINT ck_article_import_row_outcome CHECK (outcome IN
    ('waiting', 'new', 'changed', 'unchanged', 'conflict', 'faulty', 'applied', 'refused'))
);

ALTER TABLE export_request DROP CONSTRAINT ck_export_request_format;
ALTER TABLE export_request ADD CONSTRAINT ck_export_request_format
  CHECK (format IN ('xlsx', 'csv', 'pdf', 'html', 'json', 'jsonl'));
