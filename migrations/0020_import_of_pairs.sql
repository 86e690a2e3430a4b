-- What an import of a list of pairs does, or did, to each household: it stays, as the record of the import.
CREATE TABLE import_pairing (
    import_id UUID NOT NULL REFERENCES import (id),
    position BIGINT NOT NULL,
    household_id UUID NOT NULL,
    staff_id UUID NOT NULL,
    from_date DATE NOT NULL,
    action TEXT NOT NULL,
    place TEXT NOT NULL,
    -- What the row says, until the import is taken in: it is then checked once more.
    said TEXT,
    PRIMARY KEY (import_id, position)
);
