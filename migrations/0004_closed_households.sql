-- A household all of whose members are in another one by now: it stays, with its number and its
-- history, and is no longer listed, paired or counted.
ALTER TABLE household ADD COLUMN closed_on DATE;
ALTER TABLE household ADD COLUMN closed_reason TEXT;
ALTER TABLE household ADD COLUMN merged_into UUID;

ALTER TABLE staged_household ADD COLUMN closed_on DATE;
ALTER TABLE staged_household ADD COLUMN closed_reason TEXT;
ALTER TABLE staged_household ADD COLUMN merged_into UUID;

-- Undecided questions of a person of the staff, as a JSON list of their keys.
ALTER TABLE import_staff ADD COLUMN conflicts TEXT NOT NULL DEFAULT '[]';
