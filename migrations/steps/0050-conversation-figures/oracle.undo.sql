DELETE FROM figure_count WHERE stage = 'day' OR figure NOT IN ('ticket.opened', 'ticket.solved');
ALTER TABLE figure_count DROP CONSTRAINT ck_figure_count_stage;
ALTER TABLE figure_count ADD CONSTRAINT ck_figure_count_stage CHECK (stage IN ('fresh', 'unit', 'bank'));
ALTER TABLE figure_count DROP CONSTRAINT pk_figure_count;
ALTER TABLE figure_count ADD CONSTRAINT pk_figure_count PRIMARY KEY (stage, figure, at, unit_id, id);
ALTER TABLE figure_count DROP COLUMN bucket;
ALTER TABLE conversation DROP COLUMN first_unit_id;
