-- Server processes that work on this database now. A dead one is removed by the others.

CREATE TABLE server_node (
  id varchar(64) NOT NULL,
  incarnation uuid NOT NULL,
  beat bigint NOT NULL,
  address varchar(200) NOT NULL,
  socket_count bigint NOT NULL,
  started_at timestamp(3) NOT NULL,
  seen_at timestamp(3) NOT NULL,
  CONSTRAINT pk_server_node PRIMARY KEY (id)
);
COMMENT ON TABLE server_node IS 'Server processes of now; beat counts up once a second';
