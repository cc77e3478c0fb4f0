-- Counters of conversations, robot turns, ratings, and evaluations, as tickets have them: by hour and unit, and by day of the
-- whole bank. What belongs to a conversation is counted in the unit where it was opened, which never changes.

-- A constant default is kept as metadata: the table is not written but for rows of other units.
ALTER TABLE conversation ADD first_unit_id uuid DEFAULT '00000000-0000-7000-8000-000000000001' NOT NULL;
UPDATE conversation SET first_unit_id = unit_id WHERE unit_id <> first_unit_id;
CREATE INDEX ix_conversation_moved ON conversation (opened_at, id) WHERE unit_id <> first_unit_id;

ALTER TABLE figure_count ADD bucket bigint DEFAULT 0 NOT NULL;
ALTER TABLE figure_count DROP CONSTRAINT pk_figure_count;
ALTER TABLE figure_count ADD CONSTRAINT pk_figure_count PRIMARY KEY (stage, figure, at, unit_id, bucket, id);
ALTER TABLE figure_count DROP CONSTRAINT ck_figure_count_stage;
ALTER TABLE figure_count ADD CONSTRAINT ck_figure_count_stage CHECK (stage IN ('fresh', 'unit', 'bank', 'day'));
COMMENT ON COLUMN figure_count.bucket IS 'The value counted, of figures that are a distribution';

INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
  SELECT 'unit', 'conversation.opened', DATE_TRUNC('hour', opened_at), first_unit_id, 0, first_unit_id, COUNT(*)
    FROM conversation GROUP BY DATE_TRUNC('hour', opened_at), first_unit_id;
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
  SELECT 'unit', 'conversation.handed', DATE_TRUNC('hour', opened_at), first_unit_id, 0, first_unit_id, COUNT(*)
    FROM conversation WHERE (queued_at IS NOT NULL OR assigned_at IS NOT NULL) GROUP BY DATE_TRUNC('hour', opened_at), first_unit_id;
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
  SELECT 'unit', 'conversation.closed', DATE_TRUNC('hour', opened_at), first_unit_id, 0, first_unit_id, COUNT(*)
    FROM conversation WHERE state = 'closed' GROUP BY DATE_TRUNC('hour', opened_at), first_unit_id;
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
  SELECT 'unit', 'conversation.contained', DATE_TRUNC('hour', opened_at), first_unit_id, 0, first_unit_id, COUNT(*)
    FROM conversation WHERE state = 'closed' AND queued_at IS NULL AND assigned_at IS NULL GROUP BY DATE_TRUNC('hour', opened_at), first_unit_id;
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
  SELECT 'unit', 'conversation.wait', at, first_unit_id, bucket, first_unit_id, COUNT(*) FROM (
    SELECT DATE_TRUNC('hour', opened_at) AS at, first_unit_id,
      CAST(ROUND(EXTRACT(EPOCH FROM (first_response_at - COALESCE(queued_at, opened_at)))) AS bigint) AS bucket
    FROM conversation WHERE first_response_at IS NOT NULL) answered
  GROUP BY at, first_unit_id, bucket;
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
  SELECT 'unit', 'rating.sum', DATE_TRUNC('hour', c.opened_at), c.first_unit_id, 0, c.first_unit_id, SUM(r.score)
    FROM conversation_rating r JOIN conversation c ON c.id = r.conversation_id
    GROUP BY DATE_TRUNC('hour', c.opened_at), c.first_unit_id;
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
  SELECT 'unit', 'rating.count', DATE_TRUNC('hour', c.opened_at), c.first_unit_id, 0, c.first_unit_id, COUNT(*)
    FROM conversation_rating r JOIN conversation c ON c.id = r.conversation_id
    GROUP BY DATE_TRUNC('hour', c.opened_at), c.first_unit_id;
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
  SELECT 'unit', 'robot.answer', DATE_TRUNC('hour', t.at), c.first_unit_id, 0, c.first_unit_id, COUNT(*)
    FROM robot_turn t JOIN conversation c ON c.id = t.conversation_id
    WHERE t.outcome = 'answer' GROUP BY DATE_TRUNC('hour', t.at), c.first_unit_id;
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
  SELECT 'unit', 'robot.clarify', DATE_TRUNC('hour', t.at), c.first_unit_id, 0, c.first_unit_id, COUNT(*)
    FROM robot_turn t JOIN conversation c ON c.id = t.conversation_id
    WHERE t.outcome = 'clarify' GROUP BY DATE_TRUNC('hour', t.at), c.first_unit_id;
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
  SELECT 'unit', 'score.sum', DATE_TRUNC('hour', evaluated_at), unit_id, 0, unit_id, SUM(score)
    FROM evaluation WHERE score IS NOT NULL GROUP BY DATE_TRUNC('hour', evaluated_at), unit_id;
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
  SELECT 'unit', 'score.count', DATE_TRUNC('hour', evaluated_at), unit_id, 0, unit_id, COUNT(*)
    FROM evaluation WHERE score IS NOT NULL GROUP BY DATE_TRUNC('hour', evaluated_at), unit_id;
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
  SELECT 'bank', figure, at, '00000000-0000-7000-8000-000000000001', bucket, '00000000-0000-7000-8000-000000000001', SUM(amount)
    FROM figure_count WHERE stage = 'unit' AND figure NOT IN ('ticket.opened', 'ticket.solved') GROUP BY figure, at, bucket;
INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
  SELECT 'day', figure, DATE_TRUNC('day', at), '00000000-0000-7000-8000-000000000001', bucket, '00000000-0000-7000-8000-000000000001', SUM(amount)
    FROM figure_count WHERE stage = 'bank' GROUP BY figure, DATE_TRUNC('day', at), bucket;
