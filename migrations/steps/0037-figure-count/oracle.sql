-- Counters of reports by hour and unit. A change adds a row of stage 'fresh' with its own transaction; a job folds those
-- into one row for each hour and unit ('unit') and one for the whole bank ('bank'), whose unit is the head office.

CREATE TABLE figure_count (
  stage VARCHAR2(10 CHAR) NOT NULL,
  figure VARCHAR2(30 CHAR) NOT NULL,
  at TIMESTAMP(3) NOT NULL,
  unit_id VARCHAR2(36) NOT NULL,
  id VARCHAR2(36) NOT NULL,
  amount NUMBER(19) NOT NULL,
  CONSTRAINT pk_figure_count PRIMARY KEY (stage, figure, at, unit_id, id),
  CONSTRAINT ck_figure_count_stage CHECK (stage IN ('fresh', 'unit', 'bank'))
);

BEGIN
  INSERT INTO figure_count (stage, figure, at, unit_id, id, amount)
    SELECT 'unit', 'ticket.opened', CAST(TRUNC(opened_at, 'HH24') AS TIMESTAMP), unit_id, unit_id, COUNT(*)
      FROM ticket GROUP BY TRUNC(opened_at, 'HH24'), unit_id;
  INSERT INTO figure_count (stage, figure, at, unit_id, id, amount)
    SELECT 'unit', 'ticket.solved', CAST(TRUNC(solved_at, 'HH24') AS TIMESTAMP), unit_id, unit_id, COUNT(*)
      FROM ticket WHERE solved_at IS NOT NULL GROUP BY TRUNC(solved_at, 'HH24'), unit_id;
  INSERT INTO figure_count (stage, figure, at, unit_id, id, amount)
    SELECT 'bank', figure, at, '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', SUM(amount)
      FROM figure_count GROUP BY figure, at;
END;
/
