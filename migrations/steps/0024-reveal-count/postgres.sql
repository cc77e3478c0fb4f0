-- Who looked at whose clear values, for counting; what and why stands in the trail.

CREATE TABLE requester_reveal (
  id uuid NOT NULL,
  requester_id uuid NOT NULL,
  account_id varchar(64) NOT NULL,
  at timestamp(3) NOT NULL,
  CONSTRAINT pk_requester_reveal PRIMARY KEY (id)
);
CREATE INDEX ix_requester_reveal_account ON requester_reveal (account_id, at);
