-- One table each again; here the rows are copied.
DROP FUNCTION drop_month_partition(text, bigint);
DROP FUNCTION add_month_partition(text, bigint);

CREATE TABLE message_one (LIKE message INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
INSERT INTO message_one SELECT * FROM message;
DROP TABLE message;
ALTER TABLE message_one RENAME TO message;
ALTER TABLE message ADD CONSTRAINT pk_message PRIMARY KEY (conversation_id, opened_month, seq);
ALTER TABLE message ADD CONSTRAINT ux_message_client UNIQUE (conversation_id, opened_month, id);

CREATE TABLE audit_event_one (LIKE audit_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
INSERT INTO audit_event_one SELECT * FROM audit_event;
DROP TABLE audit_event;
ALTER TABLE audit_event_one RENAME TO audit_event;
ALTER TABLE audit_event ADD CONSTRAINT pk_audit_event PRIMARY KEY (node, epoch, lane, n);
ALTER TABLE audit_event ADD CONSTRAINT uq_audit_event_id UNIQUE (id);
CREATE INDEX ix_audit_event_at ON audit_event (occurred_at, id);
CREATE INDEX ix_audit_event_actor ON audit_event (actor_id, occurred_at);
CREATE INDEX ix_audit_event_customer ON audit_event (customer_ref, occurred_at);
CREATE INDEX ix_audit_event_target ON audit_event (target_id, occurred_at);
CREATE INDEX ix_audit_event_action ON audit_event (action, occurred_at);
CREATE TRIGGER tr_audit_event_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER tr_audit_event_refuse;

DROP FUNCTION month_first_id(bigint);
DROP FUNCTION month_behind(bigint);
