-- A hold has a second person and a planned end; it ends by people alone.

ALTER TABLE legal_hold ADD (ends_at TIMESTAMP(3));
ALTER TABLE legal_hold ADD (confirmed_by VARCHAR2(36));
ALTER TABLE legal_hold ADD (confirmed_at TIMESTAMP(3));
ALTER TABLE legal_hold ADD (due_told_at TIMESTAMP(3));
ALTER TABLE legal_hold ADD (ending VARCHAR2(20 CHAR));
ALTER TABLE legal_hold ADD CONSTRAINT ck_legal_hold_confirmed CHECK (confirmed_by IS NULL OR confirmed_by <> placed_by);
ALTER TABLE legal_hold ADD CONSTRAINT ck_legal_hold_ending CHECK (ending IN ('released', 'refused'));
