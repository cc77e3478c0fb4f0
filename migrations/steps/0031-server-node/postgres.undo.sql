DROP TABLE server_node;
