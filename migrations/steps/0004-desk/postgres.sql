-- Sites, requesters, conversations, messages, and what agents keep beside them.

CREATE TABLE site (
  id varchar(40) NOT NULL,
  name varchar(200) NOT NULL,
  origins text NOT NULL,
  public_key_pem text,
  skill_group_id uuid,
  locale varchar(10) NOT NULL,
  texts text NOT NULL,
  is_active smallint NOT NULL,
  created_at timestamp(3) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_site PRIMARY KEY (id),
  CONSTRAINT ck_site_active CHECK (is_active IN (0, 1))
);

CREATE TABLE requester (
  id uuid NOT NULL,
  dek_id bigint NOT NULL,
  site_id varchar(40),
  is_identified smallint NOT NULL,
  external_enc bytea,
  external_bix bytea,
  name_enc bytea,
  name_bix bytea,
  phone_enc bytea,
  phone_bix bytea,
  phone_last4_bix bytea,
  email_enc bytea,
  email_bix bytea,
  id_number_enc bytea,
  id_number_bix bytea,
  created_at timestamp(3) NOT NULL,
  updated_at timestamp(3) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_requester PRIMARY KEY (id),
  CONSTRAINT ck_requester_identified CHECK (is_identified IN (0, 1)),
  CONSTRAINT ck_requester_external CHECK (external_enc IS NULL OR get_byte(external_enc, 0) = 225),
  CONSTRAINT ck_requester_name CHECK (name_enc IS NULL OR get_byte(name_enc, 0) = 225),
  CONSTRAINT ck_requester_phone CHECK (phone_enc IS NULL OR get_byte(phone_enc, 0) = 225),
  CONSTRAINT ck_requester_email CHECK (email_enc IS NULL OR get_byte(email_enc, 0) = 225),
  CONSTRAINT ck_requester_id_number CHECK (id_number_enc IS NULL OR get_byte(id_number_enc, 0) = 225)
);
CREATE UNIQUE INDEX ux_requester_external ON requester (site_id, external_bix);
CREATE INDEX ix_requester_name ON requester (name_bix);
CREATE INDEX ix_requester_phone ON requester (phone_bix);
CREATE INDEX ix_requester_last4 ON requester (phone_last4_bix);
CREATE INDEX ix_requester_email ON requester (email_bix);
CREATE INDEX ix_requester_id_number ON requester (id_number_bix);

CREATE TABLE conversation (
  id uuid NOT NULL,
  requester_id uuid NOT NULL,
  dek_id bigint NOT NULL,
  site_id varchar(40) NOT NULL,
  channel varchar(20) NOT NULL,
  state varchar(20) NOT NULL,
  skill_group_id uuid,
  assignee_id uuid,
  opened_month bigint NOT NULL,
  opened_at timestamp(3) NOT NULL,
  last_seq bigint NOT NULL,
  last_from varchar(20) NOT NULL,
  last_at timestamp(3) NOT NULL,
  agent_read_seq bigint NOT NULL,
  robot_misses bigint NOT NULL,
  handover_reason varchar(60),
  queued_at timestamp(3),
  assigned_at timestamp(3),
  first_response_at timestamp(3),
  closed_at timestamp(3),
  version bigint NOT NULL,
  CONSTRAINT pk_conversation PRIMARY KEY (id),
  CONSTRAINT ck_conversation_state CHECK (state IN ('robot', 'queued', 'assigned', 'closed'))
) WITH (fillfactor = 70);
CREATE INDEX ix_conversation_requester ON conversation (requester_id, opened_at, id);
CREATE INDEX ix_conversation_state ON conversation (state, opened_at, id);
CREATE INDEX ix_conversation_assignee ON conversation (assignee_id, state, opened_at, id);
CREATE INDEX ix_conversation_opened ON conversation (opened_at, id);

CREATE TABLE message (
  conversation_id uuid NOT NULL,
  opened_month bigint NOT NULL,
  seq bigint NOT NULL,
  id uuid NOT NULL,
  sender varchar(20) NOT NULL,
  sender_id varchar(64) NOT NULL,
  kind varchar(20) NOT NULL,
  body_enc bytea NOT NULL,
  meta text,
  at timestamp(3) NOT NULL,
  CONSTRAINT pk_message PRIMARY KEY (conversation_id, opened_month, seq),
  CONSTRAINT ux_message_client UNIQUE (conversation_id, opened_month, id),
  CONSTRAINT ck_message_sender CHECK (sender IN ('requester', 'agent', 'robot', 'system')),
  CONSTRAINT ck_message_body CHECK (get_byte(body_enc, 0) = 225)
);

CREATE TABLE conversation_note (
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  author_id uuid NOT NULL,
  body_enc bytea NOT NULL,
  at timestamp(3) NOT NULL,
  CONSTRAINT pk_conversation_note PRIMARY KEY (id),
  CONSTRAINT ck_conversation_note_body CHECK (get_byte(body_enc, 0) = 225)
);
CREATE INDEX ix_conversation_note ON conversation_note (conversation_id, id);

CREATE TABLE conversation_rating (
  conversation_id uuid NOT NULL,
  score bigint NOT NULL,
  comment_enc bytea,
  at timestamp(3) NOT NULL,
  CONSTRAINT pk_conversation_rating PRIMARY KEY (conversation_id),
  CONSTRAINT ck_conversation_rating_score CHECK (score BETWEEN 1 AND 5),
  CONSTRAINT ck_rating_comment CHECK (comment_enc IS NULL OR get_byte(comment_enc, 0) = 225)
);

CREATE TABLE visitor_session (
  id uuid NOT NULL,
  token_hash bytea NOT NULL,
  resume_hash bytea NOT NULL,
  requester_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  site_id varchar(40) NOT NULL,
  created_at timestamp(3) NOT NULL,
  expires_at timestamp(3) NOT NULL,
  CONSTRAINT pk_visitor_session PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ux_visitor_session_token ON visitor_session (token_hash);
CREATE INDEX ix_visitor_session_resume ON visitor_session (resume_hash);

CREATE TABLE canned_response (
  id uuid NOT NULL,
  title varchar(200) NOT NULL,
  category varchar(60) NOT NULL,
  body text NOT NULL,
  created_by uuid NOT NULL,
  updated_at timestamp(3) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_canned_response PRIMARY KEY (id)
);

CREATE TABLE assist_event (
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  article_id uuid NOT NULL,
  agent_id uuid NOT NULL,
  outcome varchar(20) NOT NULL,
  at timestamp(3) NOT NULL,
  CONSTRAINT pk_assist_event PRIMARY KEY (id)
);
CREATE INDEX ix_assist_event_article ON assist_event (article_id, at);
