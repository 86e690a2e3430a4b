-- What the office decides of a household and a helper before any run: that they are a pair (pinned),
-- or never are (forbidden, relative). What is removed stays.
CREATE TABLE pairing_constraint (
    id UUID PRIMARY KEY NOT NULL,
    household_id UUID NOT NULL REFERENCES household (id),
    staff_id UUID NOT NULL REFERENCES staff (id),
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    made_by TEXT NOT NULL,
    removed_at TIMESTAMPTZ,
    removed_by TEXT
);
-- Of a pair one thing is decided, and a household is pinned to one helper.
CREATE UNIQUE INDEX pairing_constraint_one ON pairing_constraint (household_id, staff_id)
    WHERE removed_at IS NULL;
CREATE UNIQUE INDEX pairing_constraint_one_pin ON pairing_constraint (household_id)
    WHERE removed_at IS NULL AND kind = 'pinned';
CREATE INDEX pairing_constraint_by_staff ON pairing_constraint (staff_id);

-- Days on which a person is given no household; without an end, one who is leaving.
CREATE TABLE staff_leave (
    id UUID PRIMARY KEY NOT NULL,
    staff_id UUID NOT NULL REFERENCES staff (id),
    from_date DATE NOT NULL,
    to_date DATE,
    reason TEXT NOT NULL,
    version BIGINT NOT NULL,
    CHECK (to_date IS NULL OR to_date >= from_date)
);
CREATE INDEX staff_leave_by_staff ON staff_leave (staff_id, from_date);
