ALTER TABLE legal_hold DROP CONSTRAINT ck_legal_hold_ending;
ALTER TABLE legal_hold DROP CONSTRAINT ck_legal_hold_confirmed;
ALTER TABLE legal_hold DROP COLUMN ending;
ALTER TABLE legal_hold DROP COLUMN due_told_at;
ALTER TABLE legal_hold DROP COLUMN confirmed_at;
ALTER TABLE legal_hold DROP COLUMN confirmed_by;
ALTER TABLE legal_hold DROP COLUMN ends_at;
