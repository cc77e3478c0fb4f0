DROP INDEX ix_outbox_event_dead;
