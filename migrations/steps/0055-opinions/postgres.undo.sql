DROP INDEX ix_assist_event_at;
DROP TABLE conversation_opinion;
DROP TABLE conversation_mood;
