DROP TABLE regression_run;
DROP TABLE regression_case;
