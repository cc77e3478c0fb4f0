DROP INDEX ix_requester_name;
DROP INDEX ix_requester_phone;
DROP INDEX ix_requester_last4;
CREATE INDEX ix_requester_name ON requester (name_bix);
CREATE INDEX ix_requester_phone ON requester (phone_bix);
CREATE INDEX ix_requester_last4 ON requester (phone_last4_bix);
