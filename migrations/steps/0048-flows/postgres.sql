-- Flows of the robot with their immutable versions, the running flow of each conversation, and how flows ended.

CREATE TABLE flow (
  id uuid NOT NULL,
  flow_key varchar(40) NOT NULL,
  locale varchar(10) NOT NULL,
  title varchar(60) NOT NULL,
  state varchar(20) NOT NULL,
  owner_id varchar(64) NOT NULL,
  published_version bigint,
  draft_version bigint,
  last_version bigint NOT NULL,
  updated_at timestamp(3) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_flow PRIMARY KEY (id),
  CONSTRAINT ux_flow_key UNIQUE (locale, flow_key),
  CONSTRAINT ck_flow_state CHECK (state IN ('draft', 'review', 'approved', 'published', 'retired'))
);

CREATE TABLE flow_version (
  flow_id uuid NOT NULL,
  version_no bigint NOT NULL,
  state varchar(20) NOT NULL,
  definition text NOT NULL,
  author_id varchar(64) NOT NULL,
  reason varchar(500),
  content_hash bytea NOT NULL,
  created_at timestamp(3) NOT NULL,
  approver_id varchar(64),
  approved_at timestamp(3),
  rejected_reason varchar(500),
  CONSTRAINT pk_flow_version PRIMARY KEY (flow_id, version_no),
  CONSTRAINT ck_flow_version_state CHECK (state IN ('draft', 'review', 'approved', 'published', 'retired')),
  CONSTRAINT ck_flow_version_eyes CHECK (approver_id IS NULL OR approver_id <> author_id)
);

-- One row a conversation: its flows with what was said for them, and the reply to the last message, sealed together.
CREATE TABLE flow_run (
  conversation_id uuid NOT NULL,
  event_id uuid NOT NULL,
  state_enc bytea NOT NULL,
  is_active smallint NOT NULL,
  started_at timestamp(3) NOT NULL,
  expires_at timestamp(3) NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT pk_flow_run PRIMARY KEY (conversation_id),
  CONSTRAINT ck_flow_run_active CHECK (is_active IN (0, 1)),
  CONSTRAINT ck_flow_run_enc CHECK (get_byte(state_enc, 0) = 225)
);

CREATE TABLE flow_end (
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  locale varchar(10) NOT NULL,
  flow_key varchar(40) NOT NULL,
  flow_version bigint NOT NULL,
  outcome varchar(20) NOT NULL,
  reason varchar(20) NOT NULL,
  at timestamp(3) NOT NULL,
  CONSTRAINT pk_flow_end PRIMARY KEY (id),
  CONSTRAINT ck_flow_end_outcome CHECK (outcome IN ('completed', 'cancelled', 'handoff'))
);
CREATE INDEX ix_flow_end_conversation ON flow_end (conversation_id);
CREATE INDEX ix_flow_end_at ON flow_end (at, id);

-- What was written stays as it was written; only the state, the approval, and the rejection of a version move.
CREATE FUNCTION flow_version_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a version of a flow is never changed' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER tr_flow_version_change BEFORE UPDATE OF flow_id, version_no, definition, author_id, reason, content_hash,
  created_at ON flow_version FOR EACH STATEMENT EXECUTE FUNCTION flow_version_refuse();
CREATE TRIGGER tr_flow_version_delete BEFORE DELETE OR TRUNCATE ON flow_version
  FOR EACH STATEMENT EXECUTE FUNCTION flow_version_refuse();
