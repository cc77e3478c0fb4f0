-- Counters of reports by hour and unit. A change adds a row of stage 'fresh' with its own transaction; a job folds those
-- into one row for each hour and unit ('unit') and one for the whole bank ('bank'), whose unit is the head office.

CREATE TABLE figure_count (
  stage varchar(10) NOT NULL,
  figure varchar(30) NOT NULL,
  at timestamp(3) NOT NULL,
  unit_id uuid NOT NULL,
  id uuid NOT NULL,
  amount bigint NOT NULL,
  CONSTRAINT pk_figure_count PRIMARY KEY (stage, figure, at, unit_id, id),
  CONSTRAINT ck_figure_count_stage CHECK (stage IN ('fresh', 'unit', 'bank'))
);

INSERT INTO figure_count (stage, figure, at, unit_id, id, amount)
  SELECT 'unit', 'ticket.opened', DATE_TRUNC('hour', opened_at), unit_id, unit_id, COUNT(*)
    FROM ticket GROUP BY DATE_TRUNC('hour', opened_at), unit_id;
INSERT INTO figure_count (stage, figure, at, unit_id, id, amount)
  SELECT 'unit', 'ticket.solved', DATE_TRUNC('hour', solved_at), unit_id, unit_id, COUNT(*)
    FROM ticket WHERE solved_at IS NOT NULL GROUP BY DATE_TRUNC('hour', solved_at), unit_id;
INSERT INTO figure_count (stage, figure, at, unit_id, id, amount)
  SELECT 'bank', figure, at, '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', SUM(amount)
    FROM figure_count GROUP BY figure, at;
