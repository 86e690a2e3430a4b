-- Who laid a run before those who confirm it, and when; nothing while it is a draft.
ALTER TABLE pairing_run ADD COLUMN proposed_at TIMESTAMPTZ;
ALTER TABLE pairing_run ADD COLUMN proposed_by TEXT;
UPDATE pairing_run SET proposed_at = created_at, proposed_by = created_by;

-- What was changed by hand in a run, each change once and for good.
CREATE TABLE run_edit (
    id UUID PRIMARY KEY NOT NULL,
    run_id UUID NOT NULL REFERENCES pairing_run (id),
    -- The version of the run that it made.
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    edited_at TIMESTAMPTZ NOT NULL,
    edited_by TEXT NOT NULL,
    placed_before BIGINT NOT NULL,
    placed_after BIGINT NOT NULL,
    cost_before BIGINT NOT NULL,
    cost_after BIGINT NOT NULL,
    -- JSON: the households whose helper or cost changed, before and after.
    changes TEXT NOT NULL,
    UNIQUE (run_id, version)
);
