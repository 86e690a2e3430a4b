-- What the columns of a file mean, saved under a name for the next file of the same make.
CREATE TABLE import_profile (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- JSON: headings with the fields that they fill.
    columns TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (kind, name)
);
