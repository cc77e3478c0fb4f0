-- Tickets, their comments and history, and the keyed tokens their words are found by.

CREATE TABLE ticket (
  id uuid NOT NULL,
  ticket_number bigint NOT NULL,
  requester_id uuid NOT NULL,
  dek_id bigint NOT NULL,
  conversation_id uuid,
  subject_enc bytea NOT NULL,
  description_enc bytea NOT NULL,
  state varchar(20) NOT NULL,
  priority varchar(10) NOT NULL,
  assignee_id uuid,
  skill_group_id uuid,
  opened_at timestamp(3) NOT NULL,
  updated_at timestamp(3) NOT NULL,
  solved_at timestamp(3),
  version bigint NOT NULL,
  CONSTRAINT pk_ticket PRIMARY KEY (id),
  CONSTRAINT ux_ticket_number UNIQUE (ticket_number),
  CONSTRAINT ck_ticket_state CHECK (state IN ('new', 'open', 'pending', 'on-hold', 'solved', 'closed')),
  CONSTRAINT ck_ticket_priority CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  CONSTRAINT ck_ticket_subject CHECK (get_byte(subject_enc, 0) = 225),
  CONSTRAINT ck_ticket_description CHECK (get_byte(description_enc, 0) = 225)
) WITH (fillfactor = 80);
CREATE INDEX ix_ticket_state ON ticket (state, opened_at, id);
CREATE INDEX ix_ticket_assignee ON ticket (assignee_id, opened_at, id);
CREATE INDEX ix_ticket_requester ON ticket (requester_id, opened_at, id);
CREATE INDEX ix_ticket_conversation ON ticket (conversation_id, id);
CREATE INDEX ix_ticket_opened ON ticket (opened_at, id);

CREATE TABLE ticket_comment (
  id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  author_type varchar(20) NOT NULL,
  author_id varchar(64) NOT NULL,
  body_enc bytea NOT NULL,
  is_internal smallint NOT NULL,
  at timestamp(3) NOT NULL,
  CONSTRAINT pk_ticket_comment PRIMARY KEY (id),
  CONSTRAINT ck_ticket_comment_internal CHECK (is_internal IN (0, 1)),
  CONSTRAINT ck_ticket_comment_body CHECK (get_byte(body_enc, 0) = 225)
);
CREATE INDEX ix_ticket_comment ON ticket_comment (ticket_id, at, id);

CREATE TABLE ticket_event (
  id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  at timestamp(3) NOT NULL,
  actor_type varchar(20) NOT NULL,
  actor_id varchar(64) NOT NULL,
  action varchar(40) NOT NULL,
  from_value varchar(64),
  to_value varchar(64),
  CONSTRAINT pk_ticket_event PRIMARY KEY (id)
);
CREATE INDEX ix_ticket_event ON ticket_event (ticket_id, at, id);

-- One row a ticket with all its tokens; on Oracle, which has no arrays, one row a token.
CREATE TABLE ticket_token (
  ticket_id uuid NOT NULL,
  tokens bigint[] NOT NULL,
  CONSTRAINT pk_ticket_token PRIMARY KEY (ticket_id)
);
CREATE INDEX ix_ticket_token ON ticket_token USING gin (tokens);
