DROP TABLE figure_count;
