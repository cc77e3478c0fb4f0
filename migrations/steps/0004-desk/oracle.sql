-- Sites, requesters, conversations, messages, and what agents keep beside them.

CREATE TABLE site (
  id VARCHAR2(40 CHAR) NOT NULL,
  name VARCHAR2(200 CHAR) NOT NULL,
  origins CLOB NOT NULL,
  public_key_pem CLOB,
  skill_group_id VARCHAR2(36),
  locale VARCHAR2(10 CHAR) NOT NULL,
  texts CLOB NOT NULL,
  is_active NUMBER(1) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_site PRIMARY KEY (id),
  CONSTRAINT ck_site_active CHECK (is_active IN (0, 1))
);

CREATE TABLE requester (
  id VARCHAR2(36) NOT NULL,
  dek_id NUMBER(19) NOT NULL,
  site_id VARCHAR2(40 CHAR),
  is_identified NUMBER(1) NOT NULL,
  external_enc BLOB,
  external_bix RAW(32),
  name_enc BLOB,
  name_bix RAW(32),
  phone_enc BLOB,
  phone_bix RAW(32),
  phone_last4_bix RAW(32),
  email_enc BLOB,
  email_bix RAW(32),
  id_number_enc BLOB,
  id_number_bix RAW(32),
  created_at TIMESTAMP(3) NOT NULL,
  updated_at TIMESTAMP(3) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_requester PRIMARY KEY (id),
  CONSTRAINT ck_requester_identified CHECK (is_identified IN (0, 1))
);
-- Oracle compares partly empty keys, so the site counts only where there is an external reference.
CREATE UNIQUE INDEX ux_requester_external
  ON requester (CASE WHEN external_bix IS NOT NULL THEN site_id END, external_bix);
CREATE INDEX ix_requester_name ON requester (name_bix);
CREATE INDEX ix_requester_phone ON requester (phone_bix);
CREATE INDEX ix_requester_last4 ON requester (phone_last4_bix);
CREATE INDEX ix_requester_email ON requester (email_bix);
CREATE INDEX ix_requester_id_number ON requester (id_number_bix);

CREATE TABLE conversation (
  id VARCHAR2(36) NOT NULL,
  requester_id VARCHAR2(36) NOT NULL,
  dek_id NUMBER(19) NOT NULL,
  site_id VARCHAR2(40 CHAR) NOT NULL,
  channel VARCHAR2(20 CHAR) NOT NULL,
  state VARCHAR2(20 CHAR) NOT NULL,
  skill_group_id VARCHAR2(36),
  assignee_id VARCHAR2(36),
  opened_month NUMBER(19) NOT NULL,
  opened_at TIMESTAMP(3) NOT NULL,
  last_seq NUMBER(19) NOT NULL,
  last_from VARCHAR2(20 CHAR) NOT NULL,
  last_at TIMESTAMP(3) NOT NULL,
  agent_read_seq NUMBER(19) NOT NULL,
  robot_misses NUMBER(19) NOT NULL,
  handover_reason VARCHAR2(60 CHAR),
  queued_at TIMESTAMP(3),
  assigned_at TIMESTAMP(3),
  first_response_at TIMESTAMP(3),
  closed_at TIMESTAMP(3),
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_conversation PRIMARY KEY (id),
  CONSTRAINT ck_conversation_state CHECK (state IN ('robot', 'queued', 'assigned', 'closed'))
) PCTFREE 30;
CREATE INDEX ix_conversation_requester ON conversation (requester_id, opened_at, id);
CREATE INDEX ix_conversation_state ON conversation (state, opened_at, id);
CREATE INDEX ix_conversation_assignee ON conversation (assignee_id, state, opened_at, id);
CREATE INDEX ix_conversation_opened ON conversation (opened_at, id);

CREATE TABLE message (
  conversation_id VARCHAR2(36) NOT NULL,
  opened_month NUMBER(19) NOT NULL,
  seq NUMBER(19) NOT NULL,
  id VARCHAR2(36) NOT NULL,
  sender VARCHAR2(20 CHAR) NOT NULL,
  sender_id VARCHAR2(64 CHAR) NOT NULL,
  kind VARCHAR2(20 CHAR) NOT NULL,
  body_enc BLOB NOT NULL,
  meta CLOB,
  at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_message PRIMARY KEY (conversation_id, opened_month, seq),
  CONSTRAINT ux_message_client UNIQUE (conversation_id, opened_month, id),
  CONSTRAINT ck_message_sender CHECK (sender IN ('requester', 'agent', 'robot', 'system'))
);

CREATE TABLE conversation_note (
  id VARCHAR2(36) NOT NULL,
  conversation_id VARCHAR2(36) NOT NULL,
  author_id VARCHAR2(36) NOT NULL,
  body_enc BLOB NOT NULL,
  at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_conversation_note PRIMARY KEY (id)
);
CREATE INDEX ix_conversation_note ON conversation_note (conversation_id, id);

CREATE TABLE conversation_rating (
  conversation_id VARCHAR2(36) NOT NULL,
  score NUMBER(19) NOT NULL,
  comment_enc BLOB,
  at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_conversation_rating PRIMARY KEY (conversation_id),
  CONSTRAINT ck_conversation_rating_score CHECK (score BETWEEN 1 AND 5)
);

CREATE TABLE visitor_session (
  id VARCHAR2(36) NOT NULL,
  token_hash RAW(32) NOT NULL,
  resume_hash RAW(32) NOT NULL,
  requester_id VARCHAR2(36) NOT NULL,
  conversation_id VARCHAR2(36) NOT NULL,
  site_id VARCHAR2(40 CHAR) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  expires_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_visitor_session PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ux_visitor_session_token ON visitor_session (token_hash);
CREATE INDEX ix_visitor_session_resume ON visitor_session (resume_hash);

CREATE TABLE canned_response (
  id VARCHAR2(36) NOT NULL,
  title VARCHAR2(200 CHAR) NOT NULL,
  category VARCHAR2(60 CHAR) NOT NULL,
  body CLOB NOT NULL,
  created_by VARCHAR2(36) NOT NULL,
  updated_at TIMESTAMP(3) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_canned_response PRIMARY KEY (id)
);

CREATE TABLE assist_event (
  id VARCHAR2(36) NOT NULL,
  conversation_id VARCHAR2(36) NOT NULL,
  article_id VARCHAR2(36) NOT NULL,
  agent_id VARCHAR2(36) NOT NULL,
  outcome VARCHAR2(20 CHAR) NOT NULL,
  at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_assist_event PRIMARY KEY (id)
);
CREATE INDEX ix_assist_event_article ON assist_event (article_id, at);

CREATE OR REPLACE TRIGGER tr_requester_enc BEFORE INSERT OR UPDATE ON requester FOR EACH ROW
BEGIN
  IF (:NEW.external_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.external_enc, 1, 1) <> HEXTORAW('E1'))
    OR (:NEW.name_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.name_enc, 1, 1) <> HEXTORAW('E1'))
    OR (:NEW.phone_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.phone_enc, 1, 1) <> HEXTORAW('E1'))
    OR (:NEW.email_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.email_enc, 1, 1) <> HEXTORAW('E1'))
    OR (:NEW.id_number_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.id_number_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/

CREATE OR REPLACE TRIGGER tr_message_enc BEFORE INSERT OR UPDATE ON message FOR EACH ROW
BEGIN
  IF (:NEW.body_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.body_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/

CREATE OR REPLACE TRIGGER tr_conversation_note_enc BEFORE INSERT OR UPDATE ON conversation_note FOR EACH ROW
BEGIN
  IF (:NEW.body_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.body_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/

CREATE OR REPLACE TRIGGER tr_conversation_rating_enc BEFORE INSERT OR UPDATE ON conversation_rating FOR EACH ROW
BEGIN
  IF (:NEW.comment_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.comment_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/
