DROP TABLE evaluation_criterion;
DROP TABLE evaluation;
DROP TABLE score_card;
