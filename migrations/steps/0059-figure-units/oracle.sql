-- Reports within a few units read the counters of those alone.

CREATE INDEX ix_figure_count_unit ON figure_count (unit_id, stage, figure, at);
