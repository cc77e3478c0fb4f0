DROP TABLE audit_tally_place;
DROP TABLE audit_tally_actor;
DROP TABLE audit_tally;
