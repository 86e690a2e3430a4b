-- What a run stands on, word for word: the gzip of the JSON whose SHA-256 is the run's basis. By it a
-- run can be checked however rosters and pairings have changed since. Runs of before have none.
CREATE TABLE run_basis (
    run_id UUID PRIMARY KEY NOT NULL REFERENCES pairing_run (id),
    input BYTEA NOT NULL
);
