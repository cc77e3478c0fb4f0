-- Questions that must not get worse when knowledge is published, and what the gate found for each approved version.

CREATE TABLE regression_case (
  id uuid NOT NULL,
  locale varchar(10) NOT NULL,
  question varchar(300) NOT NULL,
  expected_id uuid,
  is_must smallint NOT NULL,
  author_id varchar(64) NOT NULL,
  created_at timestamp(3) NOT NULL,
  CONSTRAINT pk_regression_case PRIMARY KEY (id),
  CONSTRAINT ck_regression_case_must CHECK (is_must IN (0, 1))
);
COMMENT ON COLUMN regression_case.expected_id IS 'The article that answers; NULL when the robot must not answer';
CREATE INDEX ix_regression_case_locale ON regression_case (locale, id);

CREATE TABLE regression_run (
  article_id uuid NOT NULL,
  version_no bigint NOT NULL,
  locale varchar(10) NOT NULL,
  is_passed smallint NOT NULL,
  case_count bigint NOT NULL,
  findings text NOT NULL,
  at timestamp(3) NOT NULL,
  CONSTRAINT pk_regression_run PRIMARY KEY (article_id, version_no),
  CONSTRAINT ck_regression_run_passed CHECK (is_passed IN (0, 1))
);
