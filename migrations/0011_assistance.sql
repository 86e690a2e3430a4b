-- Who assists the responsible helper of a household (协助帮扶人), from a day to a day; never deleted.
CREATE TABLE assistance (
    id UUID PRIMARY KEY NOT NULL,
    household_id UUID NOT NULL REFERENCES household (id),
    staff_id UUID NOT NULL REFERENCES staff (id),
    from_date DATE NOT NULL,
    to_date DATE,
    reason TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    started_by TEXT NOT NULL,
    end_reason TEXT,
    ended_at TIMESTAMPTZ,
    ended_by TEXT,
    CHECK (to_date IS NULL OR to_date >= from_date)
);
-- A household has one assistant at most.
CREATE UNIQUE INDEX assistance_one_current ON assistance (household_id) WHERE to_date IS NULL;
CREATE INDEX assistance_by_household ON assistance (household_id, from_date);
CREATE INDEX assistance_by_staff ON assistance (staff_id) WHERE to_date IS NULL;
