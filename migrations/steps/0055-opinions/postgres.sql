-- What closed conversations praise and blame, and how the requester's mood went. Codes and numbers, no text.

CREATE TABLE conversation_mood (
  conversation_id uuid NOT NULL,
  unit_id uuid NOT NULL,
  agent_id uuid,
  first_mood bigint NOT NULL,
  last_mood bigint NOT NULL,
  lowest_mood bigint NOT NULL,
  urgency bigint NOT NULL,
  emotion varchar(20),
  calmed smallint NOT NULL,
  closed_at timestamp(3) NOT NULL,
  CONSTRAINT pk_conversation_mood PRIMARY KEY (conversation_id),
  CONSTRAINT ck_conversation_mood_calmed CHECK (calmed IN (0, 1))
);
CREATE INDEX ix_conversation_mood_at ON conversation_mood (closed_at);

CREATE TABLE conversation_opinion (
  conversation_id uuid NOT NULL,
  aspect varchar(20) NOT NULL,
  polarity bigint NOT NULL,
  unit_id uuid NOT NULL,
  agent_id uuid,
  closed_at timestamp(3) NOT NULL,
  CONSTRAINT pk_conversation_opinion PRIMARY KEY (conversation_id, aspect),
  CONSTRAINT ck_conversation_opinion CHECK (polarity IN (-1, 1))
);
CREATE INDEX ix_conversation_opinion_at ON conversation_opinion (closed_at);

-- The report of what became of suggestions reads by time.
CREATE INDEX ix_assist_event_at ON assist_event (at, conversation_id);
