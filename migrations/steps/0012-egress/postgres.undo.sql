DROP TABLE egress_rule;
