-- Where the place of a household stands in the one order of names (`src/order.rs`): by pinyin, and numbers by
-- their value, which no collation of a database gives alike on both engines. It is written with the names; what
-- has none yet, or one of an earlier version, gets it when the program opens the database (`src/db/places.rs`).
ALTER TABLE household ADD COLUMN area_key TEXT NOT NULL DEFAULT '';
ALTER TABLE staged_household ADD COLUMN area_key TEXT NOT NULL DEFAULT '';
CREATE INDEX household_by_order ON household (area_key, id);
