-- Flows of the robot with their immutable versions, the running flow of each conversation, and how flows ended.

CREATE TABLE flow (
  id VARCHAR2(36) NOT NULL,
  flow_key VARCHAR2(40 CHAR) NOT NULL,
  locale VARCHAR2(10 CHAR) NOT NULL,
  title VARCHAR2(60 CHAR) NOT NULL,
  state VARCHAR2(20 CHAR) NOT NULL,
  owner_id VARCHAR2(64 CHAR) NOT NULL,
  published_version NUMBER(19),
  draft_version NUMBER(19),
  last_version NUMBER(19) NOT NULL,
  updated_at TIMESTAMP(3) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_flow PRIMARY KEY (id),
  CONSTRAINT ux_flow_key UNIQUE (locale, flow_key),
  CONSTRAINT ck_flow_state CHECK (state IN ('draft', 'review', 'approved', 'published', 'retired'))
);

CREATE TABLE flow_version (
  flow_id VARCHAR2(36) NOT NULL,
  version_no NUMBER(19) NOT NULL,
  state VARCHAR2(20 CHAR) NOT NULL,
  definition CLOB NOT NULL,
  author_id VARCHAR2(64 CHAR) NOT NULL,
  reason VARCHAR2(500 CHAR),
  content_hash RAW(32) NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  approver_id VARCHAR2(64 CHAR),
  approved_at TIMESTAMP(3),
  rejected_reason VARCHAR2(500 CHAR),
  CONSTRAINT pk_flow_version PRIMARY KEY (flow_id, version_no),
  CONSTRAINT ck_flow_version_state CHECK (state IN ('draft', 'review', 'approved', 'published', 'retired')),
  CONSTRAINT ck_flow_version_eyes CHECK (approver_id IS NULL OR approver_id <> author_id)
);

-- One row a conversation: its flows with what was said for them, and the reply to the last message, sealed together.
CREATE TABLE flow_run (
  conversation_id VARCHAR2(36) NOT NULL,
  event_id VARCHAR2(36) NOT NULL,
  state_enc BLOB NOT NULL,
  is_active NUMBER(1) NOT NULL,
  started_at TIMESTAMP(3) NOT NULL,
  expires_at TIMESTAMP(3) NOT NULL,
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_flow_run PRIMARY KEY (conversation_id),
  CONSTRAINT ck_flow_run_active CHECK (is_active IN (0, 1))
);

CREATE TABLE flow_end (
  id VARCHAR2(36) NOT NULL,
  conversation_id VARCHAR2(36) NOT NULL,
  locale VARCHAR2(10 CHAR) NOT NULL,
  flow_key VARCHAR2(40 CHAR) NOT NULL,
  flow_version NUMBER(19) NOT NULL,
  outcome VARCHAR2(20 CHAR) NOT NULL,
  reason VARCHAR2(20 CHAR) NOT NULL,
  at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_flow_end PRIMARY KEY (id),
  CONSTRAINT ck_flow_end_outcome CHECK (outcome IN ('completed', 'cancelled', 'handoff'))
);
CREATE INDEX ix_flow_end_conversation ON flow_end (conversation_id);
CREATE INDEX ix_flow_end_at ON flow_end (at, id);

-- What was written stays as it was written; only the state, the approval, and the rejection of a version move.
CREATE TRIGGER tr_flow_version_change BEFORE DELETE OR UPDATE OF flow_id, version_no, definition, author_id, reason,
  content_hash, created_at ON flow_version
BEGIN
  RAISE_APPLICATION_ERROR(-20901, 'a version of a flow is never changed');
END;
/
CREATE OR REPLACE TRIGGER tr_flow_run_enc BEFORE INSERT OR UPDATE ON flow_run FOR EACH ROW
BEGIN
  IF (DBMS_LOB.SUBSTR(:NEW.state_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/
