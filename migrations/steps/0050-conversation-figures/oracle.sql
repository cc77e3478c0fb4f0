-- Counters of conversations, robot turns, ratings, and evaluations, as tickets have them: by hour and unit, and by day of the
-- whole bank. What belongs to a conversation is counted in the unit where it was opened, which never changes.

ALTER TABLE conversation ADD first_unit_id VARCHAR2(36) DEFAULT '00000000-0000-7000-8000-000000000001' NOT NULL;
ALTER TABLE figure_count ADD bucket NUMBER(19) DEFAULT 0 NOT NULL;
ALTER TABLE figure_count DROP CONSTRAINT pk_figure_count;
ALTER TABLE figure_count ADD CONSTRAINT pk_figure_count PRIMARY KEY (stage, figure, at, unit_id, bucket, id);
ALTER TABLE figure_count DROP CONSTRAINT ck_figure_count_stage;
ALTER TABLE figure_count ADD CONSTRAINT ck_figure_count_stage CHECK (stage IN ('fresh', 'unit', 'bank', 'day'));

BEGIN
  UPDATE conversation SET first_unit_id = unit_id WHERE unit_id <> first_unit_id;
  INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
    SELECT 'unit', 'conversation.opened', CAST(TRUNC(opened_at, 'HH24') AS TIMESTAMP), first_unit_id, 0, first_unit_id, COUNT(*)
      FROM conversation GROUP BY TRUNC(opened_at, 'HH24'), first_unit_id;
  INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
    SELECT 'unit', 'conversation.handed', CAST(TRUNC(opened_at, 'HH24') AS TIMESTAMP), first_unit_id, 0, first_unit_id, COUNT(*)
      FROM conversation WHERE (queued_at IS NOT NULL OR assigned_at IS NOT NULL) GROUP BY TRUNC(opened_at, 'HH24'), first_unit_id;
  INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
    SELECT 'unit', 'conversation.closed', CAST(TRUNC(opened_at, 'HH24') AS TIMESTAMP), first_unit_id, 0, first_unit_id, COUNT(*)
      FROM conversation WHERE state = 'closed' GROUP BY TRUNC(opened_at, 'HH24'), first_unit_id;
  INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
    SELECT 'unit', 'conversation.contained', CAST(TRUNC(opened_at, 'HH24') AS TIMESTAMP), first_unit_id, 0, first_unit_id, COUNT(*)
      FROM conversation WHERE state = 'closed' AND queued_at IS NULL AND assigned_at IS NULL GROUP BY TRUNC(opened_at, 'HH24'), first_unit_id;
  INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
    SELECT 'unit', 'conversation.wait', CAST(at AS TIMESTAMP), first_unit_id, bucket, first_unit_id, COUNT(*) FROM (
      SELECT TRUNC(opened_at, 'HH24') AS at, first_unit_id, ROUND(EXTRACT(DAY FROM waited) * 86400 +
        EXTRACT(HOUR FROM waited) * 3600 + EXTRACT(MINUTE FROM waited) * 60 + EXTRACT(SECOND FROM waited)) AS bucket
      FROM (SELECT opened_at, first_unit_id, first_response_at - COALESCE(queued_at, opened_at) AS waited
        FROM conversation WHERE first_response_at IS NOT NULL) answered) sums
    GROUP BY at, first_unit_id, bucket;
  INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
    SELECT 'unit', 'rating.sum', CAST(TRUNC(c.opened_at, 'HH24') AS TIMESTAMP), c.first_unit_id, 0, c.first_unit_id, SUM(r.score)
      FROM conversation_rating r JOIN conversation c ON c.id = r.conversation_id
      GROUP BY TRUNC(c.opened_at, 'HH24'), c.first_unit_id;
  INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
    SELECT 'unit', 'rating.count', CAST(TRUNC(c.opened_at, 'HH24') AS TIMESTAMP), c.first_unit_id, 0, c.first_unit_id, COUNT(*)
      FROM conversation_rating r JOIN conversation c ON c.id = r.conversation_id
      GROUP BY TRUNC(c.opened_at, 'HH24'), c.first_unit_id;
  INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
    SELECT 'unit', 'robot.answer', CAST(TRUNC(t.at, 'HH24') AS TIMESTAMP), c.first_unit_id, 0, c.first_unit_id, COUNT(*)
      FROM robot_turn t JOIN conversation c ON c.id = t.conversation_id
      WHERE t.outcome = 'answer' GROUP BY TRUNC(t.at, 'HH24'), c.first_unit_id;
  INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
    SELECT 'unit', 'robot.clarify', CAST(TRUNC(t.at, 'HH24') AS TIMESTAMP), c.first_unit_id, 0, c.first_unit_id, COUNT(*)
      FROM robot_turn t JOIN conversation c ON c.id = t.conversation_id
      WHERE t.outcome = 'clarify' GROUP BY TRUNC(t.at, 'HH24'), c.first_unit_id;
  INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
    SELECT 'unit', 'score.sum', CAST(TRUNC(evaluated_at, 'HH24') AS TIMESTAMP), unit_id, 0, unit_id, SUM(score)
      FROM evaluation WHERE score IS NOT NULL GROUP BY TRUNC(evaluated_at, 'HH24'), unit_id;
  INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
    SELECT 'unit', 'score.count', CAST(TRUNC(evaluated_at, 'HH24') AS TIMESTAMP), unit_id, 0, unit_id, COUNT(*)
      FROM evaluation WHERE score IS NOT NULL GROUP BY TRUNC(evaluated_at, 'HH24'), unit_id;
  INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
    SELECT 'bank', figure, at, '00000000-0000-7000-8000-000000000001', bucket, '00000000-0000-7000-8000-000000000001', SUM(amount)
      FROM figure_count WHERE stage = 'unit' AND figure NOT IN ('ticket.opened', 'ticket.solved') GROUP BY figure, at, bucket;
  INSERT INTO figure_count (stage, figure, at, unit_id, bucket, id, amount)
    SELECT 'day', figure, CAST(TRUNC(at, 'DD') AS TIMESTAMP), '00000000-0000-7000-8000-000000000001', bucket, '00000000-0000-7000-8000-000000000001', SUM(amount)
      FROM figure_count WHERE stage = 'bank' GROUP BY figure, TRUNC(at, 'DD'), bucket;
END;
/
