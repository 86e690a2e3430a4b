-- A town, a village or a unit that got another name, or became part of another: from which day, who recorded
-- it and when, with how many records followed. Nothing here changes but when the change is taken back.
CREATE TABLE renaming (
    id UUID PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    -- Of a town or a village; of a town the villages are empty.
    old_town TEXT NOT NULL,
    old_village TEXT NOT NULL,
    new_town TEXT NOT NULL,
    new_village TEXT NOT NULL,
    -- Of a unit; one that became part of another is on the register no longer, so neither refers to it.
    unit_id UUID,
    old_name TEXT NOT NULL,
    new_name TEXT NOT NULL,
    into_unit_id UUID,
    merges BOOLEAN NOT NULL,
    effective_on DATE NOT NULL,
    reason TEXT NOT NULL,
    households BIGINT NOT NULL,
    units BIGINT NOT NULL,
    helpers BIGINT NOT NULL,
    import_id UUID REFERENCES import (id),
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by TEXT NOT NULL,
    undone_at TIMESTAMPTZ,
    undone_by TEXT
);
CREATE INDEX renaming_by_import ON renaming (import_id);

-- The records that followed, with what they said before and since: a household and a helper their town and
-- village; a unit each village that it was linked to, and whether it was linked to the new one as well. By it a
-- change is taken back.
CREATE TABLE renamed_record (
    renaming_id UUID NOT NULL REFERENCES renaming (id),
    position BIGINT NOT NULL,
    subject TEXT NOT NULL,
    subject_id UUID NOT NULL,
    town TEXT,
    village TEXT,
    new_town TEXT,
    new_village TEXT,
    had_new BOOLEAN NOT NULL,
    PRIMARY KEY (renaming_id, position)
);

-- What an import is to rename when it is taken into the register, as its last check found and people decided.
ALTER TABLE import ADD COLUMN renamings TEXT NOT NULL DEFAULT '[]';
-- Whether someone who had left is active again by the import.
ALTER TABLE import_staff ADD COLUMN returns BOOLEAN NOT NULL DEFAULT FALSE;
