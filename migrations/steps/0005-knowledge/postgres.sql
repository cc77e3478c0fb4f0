-- Knowledge articles, their immutable versions, and the index of live questions.

CREATE TABLE article (
  id uuid NOT NULL,
  locale varchar(10) NOT NULL,
  category varchar(60) NOT NULL,
  state varchar(20) NOT NULL,
  question varchar(300) NOT NULL,
  search_text varchar(1000) NOT NULL,
  owner_id varchar(64) NOT NULL,
  published_version bigint,
  draft_version bigint,
  last_version bigint NOT NULL,
  similar_count bigint NOT NULL,
  valid_from timestamp(3),
  valid_to timestamp(3),
  updated_at timestamp(3) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_article PRIMARY KEY (id),
  CONSTRAINT ck_article_state CHECK (state IN ('draft', 'review', 'approved', 'published', 'retired'))
);
CREATE INDEX ix_article_updated ON article (updated_at, id);
CREATE INDEX ix_article_live ON article (locale, published_version, id);
CREATE INDEX ix_article_category ON article (category, locale);

CREATE TABLE article_version (
  article_id uuid NOT NULL,
  version_no bigint NOT NULL,
  state varchar(20) NOT NULL,
  category varchar(60) NOT NULL,
  question varchar(300) NOT NULL,
  answer text NOT NULL,
  similar_texts text NOT NULL,
  risk_level varchar(10) NOT NULL,
  valid_from timestamp(3),
  valid_to timestamp(3),
  author_id varchar(64) NOT NULL,
  reason varchar(500),
  content_hash bytea NOT NULL,
  created_at timestamp(3) NOT NULL,
  approver_id varchar(64),
  approved_at timestamp(3),
  rejected_reason varchar(500),
  CONSTRAINT pk_article_version PRIMARY KEY (article_id, version_no),
  CONSTRAINT ck_article_version_state CHECK (state IN ('draft', 'review', 'approved', 'published', 'retired')),
  CONSTRAINT ck_article_version_risk CHECK (risk_level IN ('normal', 'high')),
  CONSTRAINT ck_article_version_eyes CHECK (approver_id IS NULL OR approver_id <> author_id)
);

-- One row for each live wording: the key makes sure that two live articles never share one.
CREATE TABLE article_wording (
  locale varchar(10) NOT NULL,
  wording_key varchar(64) NOT NULL,
  article_id uuid NOT NULL,
  CONSTRAINT pk_article_wording PRIMARY KEY (locale, wording_key)
);
CREATE INDEX ix_article_wording_article ON article_wording (article_id);

-- What was written stays as it was written; only the state, the approval, and the rejection of a version move.
CREATE FUNCTION article_version_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a version of an article is never changed' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER tr_article_version_change BEFORE UPDATE OF article_id, version_no, category, question, answer,
  similar_texts, risk_level, valid_from, valid_to, author_id, reason, content_hash, created_at ON article_version
  FOR EACH STATEMENT EXECUTE FUNCTION article_version_refuse();
CREATE TRIGGER tr_article_version_delete BEFORE DELETE OR TRUNCATE ON article_version
  FOR EACH STATEMENT EXECUTE FUNCTION article_version_refuse();
