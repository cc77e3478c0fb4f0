-- Heads of other installations' trails: those that follow each other, and pairs of which one was refused.

CREATE TABLE witness_head (
  id VARCHAR2(36) NOT NULL,
  origin VARCHAR2(200 CHAR) NOT NULL,
  head_no NUMBER(19) NOT NULL,
  seal_no NUMBER(19) NOT NULL,
  tree_size NUMBER(19) NOT NULL,
  checkpoint CLOB NOT NULL,
  received_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_witness_head PRIMARY KEY (id),
  CONSTRAINT uq_witness_head_no UNIQUE (origin, head_no)
);

CREATE TABLE witness_refusal (
  id VARCHAR2(36) NOT NULL,
  origin VARCHAR2(200 CHAR) NOT NULL,
  held CLOB NOT NULL,
  offered CLOB NOT NULL,
  received_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_witness_refusal PRIMARY KEY (id)
);
CREATE INDEX ix_witness_refusal_at ON witness_refusal (received_at, id);

CREATE TRIGGER tr_witness_head_refuse BEFORE UPDATE OR DELETE ON witness_head
BEGIN
  RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
END;
/
CREATE TRIGGER tr_witness_refusal_refuse BEFORE UPDATE OR DELETE ON witness_refusal
BEGIN
  RAISE_APPLICATION_ERROR(-20901, 'the audit trail is never changed');
END;
/
