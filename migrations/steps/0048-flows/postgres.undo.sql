DROP TABLE flow_end;
DROP TABLE flow_run;
DROP TABLE flow_version;
DROP FUNCTION flow_version_refuse();
DROP TABLE flow;
