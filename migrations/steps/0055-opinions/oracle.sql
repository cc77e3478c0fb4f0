-- What closed conversations praise and blame, and how the requester's mood went. Codes and numbers, no text.

CREATE TABLE conversation_mood (
  conversation_id VARCHAR2(36) NOT NULL,
  unit_id VARCHAR2(36) NOT NULL,
  agent_id VARCHAR2(36),
  first_mood NUMBER(19) NOT NULL,
  last_mood NUMBER(19) NOT NULL,
  lowest_mood NUMBER(19) NOT NULL,
  urgency NUMBER(19) NOT NULL,
  emotion VARCHAR2(20 CHAR),
  calmed NUMBER(1) NOT NULL,
  closed_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_conversation_mood PRIMARY KEY (conversation_id),
  CONSTRAINT ck_conversation_mood_calmed CHECK (calmed IN (0, 1))
);
CREATE INDEX ix_conversation_mood_at ON conversation_mood (closed_at);

CREATE TABLE conversation_opinion (
  conversation_id VARCHAR2(36) NOT NULL,
  aspect VARCHAR2(20 CHAR) NOT NULL,
  polarity NUMBER(19) NOT NULL,
  unit_id VARCHAR2(36) NOT NULL,
  agent_id VARCHAR2(36),
  closed_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_conversation_opinion PRIMARY KEY (conversation_id, aspect),
  CONSTRAINT ck_conversation_opinion CHECK (polarity IN (-1, 1))
);
CREATE INDEX ix_conversation_opinion_at ON conversation_opinion (closed_at);

-- The report of what became of suggestions reads by time.
CREATE INDEX ix_assist_event_at ON assist_event (at, conversation_id);
