-- Knowledge articles, their immutable versions, and the index of live questions.

CREATE TABLE article (
  id VARCHAR2(36) NOT NULL,
  locale VARCHAR2(10 CHAR) NOT NULL,
  category VARCHAR2(60 CHAR) NOT NULL,
  state VARCHAR2(20 CHAR) NOT NULL,
  question VARCHAR2(300 CHAR) NOT NULL,
  search_text VARCHAR2(1000 CHAR) NOT NULL,
  owner_id VARCHAR2(64 CHAR) NOT NULL,
  published_version NUMBER(19),
  draft_version NUMBER(19),
  last_version NUMBER(19) NOT NULL,
  similar_count NUMBER(19) NOT NULL,
  valid_from TIMESTAMP(3),
  valid_to TIMESTAMP(3),
  updated_at TIMESTAMP(3) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_article PRIMARY KEY (id),
  CONSTRAINT ck_article_state CHECK (state IN ('draft', 'review', 'approved', 'published', 'retired'))
);
CREATE INDEX ix_article_updated ON article (updated_at, id);
CREATE INDEX ix_article_live ON article (locale, published_version, id);
CREATE INDEX ix_article_category ON article (category, locale);

CREATE TABLE article_version (
  article_id VARCHAR2(36) NOT NULL,
  version_no NUMBER(19) NOT NULL,
  state VARCHAR2(20 CHAR) NOT NULL,
  category VARCHAR2(60 CHAR) NOT NULL,
  question VARCHAR2(300 CHAR) NOT NULL,
  answer CLOB NOT NULL,
  similar_texts CLOB NOT NULL,
  risk_level VARCHAR2(10 CHAR) NOT NULL,
  valid_from TIMESTAMP(3),
  valid_to TIMESTAMP(3),
  author_id VARCHAR2(64 CHAR) NOT NULL,
  reason VARCHAR2(500 CHAR),
  content_hash RAW(32) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  approver_id VARCHAR2(64 CHAR),
  approved_at TIMESTAMP(3),
  rejected_reason VARCHAR2(500 CHAR),
  CONSTRAINT pk_article_version PRIMARY KEY (article_id, version_no),
  CONSTRAINT ck_article_version_state CHECK (state IN ('draft', 'review', 'approved', 'published', 'retired')),
  CONSTRAINT ck_article_version_risk CHECK (risk_level IN ('normal', 'high')),
  CONSTRAINT ck_article_version_eyes CHECK (approver_id IS NULL OR approver_id <> author_id)
);

-- One row for each live wording: the key makes sure that two live articles never share one.
CREATE TABLE article_wording (
  locale VARCHAR2(10 CHAR) NOT NULL,
  wording_key VARCHAR2(64 CHAR) NOT NULL,
  article_id VARCHAR2(36) NOT NULL,
  CONSTRAINT pk_article_wording PRIMARY KEY (locale, wording_key)
);
CREATE INDEX ix_article_wording_article ON article_wording (article_id);

-- What was written stays as it was written; only the state, the approval, and the rejection of a version move.
CREATE TRIGGER tr_article_version_change BEFORE DELETE OR UPDATE OF article_id, version_no, category, question,
  answer, similar_texts, risk_level, valid_from, valid_to, author_id, reason, content_hash, created_at
  ON article_version
BEGIN
  RAISE_APPLICATION_ERROR(-20901, 'a version of an article is never changed');
END;
/
