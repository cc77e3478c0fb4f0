DROP TABLE ticket_token;
DROP TABLE ticket_event;
DROP TABLE ticket_comment;
DROP TABLE ticket;
