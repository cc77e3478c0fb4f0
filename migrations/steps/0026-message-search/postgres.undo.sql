DROP TABLE search_mark;
DROP TABLE message_token;
