-- Who looked at whose clear values, for counting; what and why stands in the trail.

CREATE TABLE requester_reveal (
  id VARCHAR2(36) NOT NULL,
  requester_id VARCHAR2(36) NOT NULL,
  account_id VARCHAR2(64 CHAR) NOT NULL,
  at TIMESTAMP(3) NOT NULL,
  CONSTRAINT pk_requester_reveal PRIMARY KEY (id)
);
CREATE INDEX ix_requester_reveal_account ON requester_reveal (account_id, at);
