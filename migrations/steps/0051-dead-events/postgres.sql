-- Events that were given up are counted for alarms; they are few among those that are done.

CREATE INDEX ix_outbox_event_dead ON outbox_event (position) WHERE state = 2;
