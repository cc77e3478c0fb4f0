DROP TABLE connector_write;
DROP TABLE connector_sample;
DROP TABLE connector_call;
DROP TABLE connector_secret;
DROP TABLE connector;
