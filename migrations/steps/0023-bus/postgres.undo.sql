DROP TABLE bus_notice;
