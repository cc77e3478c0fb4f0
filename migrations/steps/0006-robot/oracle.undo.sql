DROP TABLE robot_turn;
DROP TABLE robot_model;
