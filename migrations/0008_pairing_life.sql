-- What a helper tells the next one, on the pairing that ends. Never changed but for who read it.
CREATE TABLE handover_note (
    id UUID PRIMARY KEY NOT NULL,
    pairing_id UUID NOT NULL REFERENCES pairing (id),
    words TEXT NOT NULL,
    written_on DATE NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by TEXT NOT NULL,
    read_at TIMESTAMPTZ,
    read_by TEXT
);
CREATE INDEX handover_note_by_pairing ON handover_note (pairing_id);
