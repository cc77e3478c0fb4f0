-- Questions that must not get worse when knowledge is published, and what the gate found for each approved version.

CREATE TABLE regression_case (
  id VARCHAR2(36) NOT NULL,
  locale VARCHAR2(10 CHAR) NOT NULL,
  question VARCHAR2(300 CHAR) NOT NULL,
  expected_id VARCHAR2(36),
  is_must NUMBER(1) NOT NULL,
  author_id VARCHAR2(64 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_regression_case PRIMARY KEY (id),
  CONSTRAINT ck_regression_case_must CHECK (is_must IN (0, 1))
);
COMMENT ON COLUMN regression_case.expected_id IS 'The article that answers; NULL when the robot must not answer';
CREATE INDEX ix_regression_case_locale ON regression_case (locale, id);

CREATE TABLE regression_run (
  article_id VARCHAR2(36) NOT NULL,
  version_no NUMBER(19) NOT NULL,
  locale VARCHAR2(10 CHAR) NOT NULL,
  is_passed NUMBER(1) NOT NULL,
  case_count NUMBER(19) NOT NULL,
  findings CLOB NOT NULL,
  at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_regression_run PRIMARY KEY (article_id, version_no),
  CONSTRAINT ck_regression_run_passed CHECK (is_passed IN (0, 1))
);
