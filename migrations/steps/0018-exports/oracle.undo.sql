DROP TABLE export_part;
DROP TABLE export_request;
