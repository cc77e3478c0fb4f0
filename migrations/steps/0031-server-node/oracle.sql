-- Server processes that work on this database now. A dead one is removed by the others.

CREATE TABLE server_node (
  id VARCHAR2(64 CHAR) NOT NULL,
  incarnation VARCHAR2(36) NOT NULL,
  beat NUMBER(19) NOT NULL,
  address VARCHAR2(200 CHAR) NOT NULL,
  socket_count NUMBER(19) NOT NULL,
  started_at TIMESTAMP(3) NOT NULL,
  seen_at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_server_node PRIMARY KEY (id)
);
COMMENT ON TABLE server_node IS 'Server processes of now; beat counts up once a second';
