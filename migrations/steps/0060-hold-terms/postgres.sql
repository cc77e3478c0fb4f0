-- A hold has a second person and a planned end; it ends by people alone.

ALTER TABLE legal_hold ADD COLUMN ends_at timestamp(3);
ALTER TABLE legal_hold ADD COLUMN confirmed_by uuid;
ALTER TABLE legal_hold ADD COLUMN confirmed_at timestamp(3);
ALTER TABLE legal_hold ADD COLUMN due_told_at timestamp(3);
ALTER TABLE legal_hold ADD COLUMN ending varchar(20);
ALTER TABLE legal_hold ADD CONSTRAINT ck_legal_hold_confirmed CHECK (confirmed_by IS NULL OR confirmed_by <> placed_by);
ALTER TABLE legal_hold ADD CONSTRAINT ck_legal_hold_ending CHECK (ending IN ('released', 'refused'));
