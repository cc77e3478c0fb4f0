-- Tickets, their comments and history, and the keyed tokens their words are found by.

CREATE TABLE ticket (
  id VARCHAR2(36) NOT NULL,
  ticket_number NUMBER(19) NOT NULL,
  requester_id VARCHAR2(36) NOT NULL,
  dek_id NUMBER(19) NOT NULL,
  conversation_id VARCHAR2(36),
  subject_enc BLOB NOT NULL,
  description_enc BLOB NOT NULL,
  state VARCHAR2(20 CHAR) NOT NULL,
  priority VARCHAR2(10 CHAR) NOT NULL,
  assignee_id VARCHAR2(36),
  skill_group_id VARCHAR2(36),
  opened_at TIMESTAMP(3) NOT NULL,
  updated_at TIMESTAMP(3) NOT NULL,
  solved_at TIMESTAMP(3),
  version NUMBER(19) NOT NULL,
  CONSTRAINT pk_ticket PRIMARY KEY (id),
  CONSTRAINT ux_ticket_number UNIQUE (ticket_number),
  CONSTRAINT ck_ticket_state CHECK (state IN ('new', 'open', 'pending', 'on-hold', 'solved', 'closed')),
  CONSTRAINT ck_ticket_priority CHECK (priority IN ('low', 'normal', 'high', 'urgent'))
) PCTFREE 20;
CREATE INDEX ix_ticket_state ON ticket (state, opened_at, id);
CREATE INDEX ix_ticket_assignee ON ticket (assignee_id, opened_at, id);
CREATE INDEX ix_ticket_requester ON ticket (requester_id, opened_at, id);
CREATE INDEX ix_ticket_conversation ON ticket (conversation_id, id);
CREATE INDEX ix_ticket_opened ON ticket (opened_at, id);

CREATE TABLE ticket_comment (
  id VARCHAR2(36) NOT NULL,
  ticket_id VARCHAR2(36) NOT NULL,
  author_type VARCHAR2(20 CHAR) NOT NULL,
  author_id VARCHAR2(64 CHAR) NOT NULL,
  body_enc BLOB NOT NULL,
  is_internal NUMBER(1) NOT NULL,
  at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_ticket_comment PRIMARY KEY (id),
  CONSTRAINT ck_ticket_comment_internal CHECK (is_internal IN (0, 1))
);
CREATE INDEX ix_ticket_comment ON ticket_comment (ticket_id, at, id);

CREATE TABLE ticket_event (
  id VARCHAR2(36) NOT NULL,
  ticket_id VARCHAR2(36) NOT NULL,
  at TIMESTAMP(3) NOT NULL,
  actor_type VARCHAR2(20 CHAR) NOT NULL,
  actor_id VARCHAR2(64 CHAR) NOT NULL,
  action VARCHAR2(40 CHAR) NOT NULL,
  from_value VARCHAR2(64 CHAR),
  to_value VARCHAR2(64 CHAR),
  CONSTRAINT pk_ticket_event PRIMARY KEY (id)
);
CREATE INDEX ix_ticket_event ON ticket_event (ticket_id, at, id);

-- One row a token of a ticket; PostgreSQL keeps all of them as one array in the column of the same name.
CREATE TABLE ticket_token (
  ticket_id VARCHAR2(36) NOT NULL,
  tokens NUMBER(19) NOT NULL,
  CONSTRAINT pk_ticket_token PRIMARY KEY (tokens, ticket_id)
) ORGANIZATION INDEX;
CREATE INDEX ix_ticket_token ON ticket_token (ticket_id);

CREATE OR REPLACE TRIGGER tr_ticket_enc BEFORE INSERT OR UPDATE ON ticket FOR EACH ROW
BEGIN
  IF (:NEW.subject_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.subject_enc, 1, 1) <> HEXTORAW('E1'))
    OR (:NEW.description_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.description_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/

CREATE OR REPLACE TRIGGER tr_ticket_comment_enc BEFORE INSERT OR UPDATE ON ticket_comment FOR EACH ROW
BEGIN
  IF (:NEW.body_enc IS NOT NULL AND DBMS_LOB.SUBSTR(:NEW.body_enc, 1, 1) <> HEXTORAW('E1')) THEN
    RAISE_APPLICATION_ERROR(-20001, 'only an envelope fits here');
  END IF;
END;
/
