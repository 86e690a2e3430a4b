-- Proposals come by the hundred thousand, and no one but a run writes them: from households and staff
-- that it has just read. PostgreSQL would look each of them up again, three times as long as it takes to
-- compute the run and write it. What a run names, no undone import takes away.

ALTER TABLE proposal RENAME TO proposal_before;
CREATE TABLE proposal (
    run_id UUID NOT NULL,
    household_id UUID NOT NULL,
    staff_id UUID,
    cost BIGINT NOT NULL,
    reasons TEXT NOT NULL,
    PRIMARY KEY (run_id, household_id)
);
INSERT INTO proposal SELECT * FROM proposal_before;
DROP TABLE proposal_before;
