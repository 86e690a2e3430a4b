-- One row that the health check writes: what answers but cannot write is not well.
CREATE TABLE heartbeat (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    at TIMESTAMPTZ NOT NULL,
    -- As much as a long visit takes: a disk with room for a word only is full.
    filler BYTEA
);
INSERT INTO heartbeat (id, at) VALUES (1, '2000-01-01 00:00:00+00:00');
