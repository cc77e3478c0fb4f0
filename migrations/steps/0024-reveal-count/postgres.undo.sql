DROP TABLE requester_reveal;
