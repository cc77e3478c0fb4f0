DROP TABLE flow_end;
DROP TABLE flow_run;
DROP TABLE flow_version;
DROP TABLE flow;
