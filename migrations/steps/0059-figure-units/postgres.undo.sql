DROP INDEX ix_figure_count_unit;
