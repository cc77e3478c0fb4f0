-- Heads of other installations' trails: those that follow each other, and pairs of which one was refused.

CREATE TABLE witness_head (
  id uuid NOT NULL,
  origin varchar(200) NOT NULL,
  head_no bigint NOT NULL,
  seal_no bigint NOT NULL,
  tree_size bigint NOT NULL,
  checkpoint text NOT NULL,
  received_at timestamp(3) NOT NULL,
  CONSTRAINT pk_witness_head PRIMARY KEY (id),
  CONSTRAINT uq_witness_head_no UNIQUE (origin, head_no)
);

CREATE TABLE witness_refusal (
  id uuid NOT NULL,
  origin varchar(200) NOT NULL,
  held text NOT NULL,
  offered text NOT NULL,
  received_at timestamp(3) NOT NULL,
  CONSTRAINT pk_witness_refusal PRIMARY KEY (id)
);
CREATE INDEX ix_witness_refusal_at ON witness_refusal (received_at, id);

CREATE TRIGGER tr_witness_head_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON witness_head
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER tr_witness_refusal_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON witness_refusal
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE witness_head ENABLE ALWAYS TRIGGER tr_witness_head_refuse;
ALTER TABLE witness_refusal ENABLE ALWAYS TRIGGER tr_witness_refusal_refuse;
