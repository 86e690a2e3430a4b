-- Imports become jobs: a file is kept, checked, looked at and only then taken into the register.

-- The file, in pieces of 1 MiB. No reference to the import: the pieces come first, in transactions
-- of their own, and the import that names them last. Pieces that nobody came to name are cleared away.
CREATE TABLE import_file (
    import_id UUID NOT NULL,
    position BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (import_id, position)
);
INSERT INTO import_file (import_id, position, bytes)
WITH RECURSIVE piece (import_id, position) AS (
    SELECT id, CAST(0 AS BIGINT) FROM import
    UNION ALL
    SELECT piece.import_id, piece.position + 1 FROM piece JOIN import ON import.id = piece.import_id
    WHERE (piece.position + 1) * 1048576 < length(import.file)
)
SELECT piece.import_id, piece.position,
    substr(import.file, CAST(piece.position * 1048576 + 1 AS INTEGER), 1048576)
FROM piece JOIN import ON import.id = piece.import_id;

-- What was found in the file, in pieces of at most 500 (of old imports, up to 1,000).
CREATE TABLE import_problem (
    import_id UUID NOT NULL REFERENCES import (id),
    position BIGINT NOT NULL,
    problems TEXT NOT NULL,
    PRIMARY KEY (import_id, position)
);
INSERT INTO import_problem (import_id, position, problems) SELECT id, 0, warnings FROM import;

ALTER TABLE import ADD COLUMN file_bytes BIGINT NOT NULL DEFAULT 0;
UPDATE import SET file_bytes = length(file);
ALTER TABLE import ADD COLUMN state TEXT NOT NULL DEFAULT 'committed';
-- Counts what people can do to it and what becomes of it; not each step of its progress.
ALTER TABLE import ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE import ADD COLUMN choices TEXT NOT NULL DEFAULT '{}';
ALTER TABLE import ADD COLUMN done BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN total BIGINT;
-- Who works on it: a name, and a claim that is another each time that work is taken up.
ALTER TABLE import ADD COLUMN worker TEXT;
ALTER TABLE import ADD COLUMN claim UUID;
ALTER TABLE import ADD COLUMN heartbeat TIMESTAMPTZ;
ALTER TABLE import ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;
-- Whether there may be staged rows of it.
ALTER TABLE import ADD COLUMN staged BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE import ADD COLUMN checked_at TIMESTAMPTZ;
ALTER TABLE import ADD COLUMN report TEXT;
ALTER TABLE import ADD COLUMN failure TEXT;
ALTER TABLE import ADD COLUMN good_rows_only BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE import ADD COLUMN committed_at TIMESTAMPTZ;
ALTER TABLE import ADD COLUMN committed_by TEXT;
ALTER TABLE import ADD COLUMN undone_at TIMESTAMPTZ;
ALTER TABLE import ADD COLUMN undone_by TEXT;
UPDATE import SET report = counts, committed_at = at, committed_by = actor;
ALTER TABLE import DROP COLUMN file;
ALTER TABLE import DROP COLUMN counts;
ALTER TABLE import DROP COLUMN warnings;
CREATE INDEX import_at_work ON import (id) WHERE state IN ('queued', 'reading', 'checking');

-- What an import does, or did, to each household: it stays, as the record of the import.
CREATE TABLE import_household (
    import_id UUID NOT NULL REFERENCES import (id),
    position BIGINT NOT NULL,
    household_id UUID NOT NULL,
    action TEXT NOT NULL,
    -- The version that was compared with; 0 for a household that was not on the register.
    base_version BIGINT NOT NULL,
    -- The import that its facts came from before.
    base_import_id UUID,
    place TEXT NOT NULL,
    has_errors BOOLEAN NOT NULL,
    -- Undecided questions, as a JSON list of their keys.
    conflicts TEXT NOT NULL,
    -- Whether it can be taken into the register: nothing above speaks against it, nor does it need
    -- what another household holds that cannot.
    good BOOLEAN NOT NULL,
    PRIMARY KEY (import_id, position)
);

-- What a household is to become, in the register's own columns, until the import is committed. No
-- more indexes than one: rows come by the million.
CREATE TABLE staged_household (
    import_id UUID NOT NULL REFERENCES import (id),
    import_position BIGINT NOT NULL,
    household_id UUID NOT NULL,
    number TEXT,
    town TEXT NOT NULL,
    village TEXT NOT NULL,
    group_name TEXT,
    phone TEXT,
    address TEXT,
    identified_year BIGINT,
    category TEXT,
    status TEXT NOT NULL,
    lifted_year BIGINT,
    main_cause TEXT,
    other_causes TEXT NOT NULL,
    wage_income_fen BIGINT,
    business_income_fen BIGINT,
    property_income_fen BIGINT,
    transfer_income_fen BIGINT,
    business_expense_fen BIGINT,
    income_per_head_fen BIGINT,
    housing_grade TEXT,
    housing_safe BOOLEAN,
    water_safe BOOLEAN,
    wishes TEXT,
    approach TEXT,
    measures TEXT NOT NULL,
    roster_helper TEXT,
    roster_unit TEXT,
    remark TEXT,
    head_name TEXT NOT NULL,
    size BIGINT NOT NULL,
    -- For the history, of a household that is on the register.
    history_id UUID,
    subject_id TEXT,
    before TEXT,
    PRIMARY KEY (import_id, import_position)
);

CREATE TABLE staged_member (
    import_id UUID NOT NULL REFERENCES import (id),
    import_position BIGINT NOT NULL,
    id UUID NOT NULL,
    household_id UUID NOT NULL,
    position BIGINT NOT NULL,
    number TEXT,
    name TEXT NOT NULL,
    sex TEXT,
    identity_number TEXT,
    relation TEXT NOT NULL,
    ethnicity TEXT,
    birth_date DATE,
    education TEXT,
    schooling TEXT,
    health TEXT,
    labour TEXT,
    workplace TEXT,
    months_worked BIGINT,
    phone TEXT,
    resident_medical BOOLEAN,
    employee_medical BOOLEAN,
    resident_pension BOOLEAN,
    critical_illness BOOLEAN,
    minimum_living BOOLEAN,
    PRIMARY KEY (import_id, import_position, position)
);

-- The same of each person of a staff roster; they are few, so what they are to become stays with it.
CREATE TABLE import_staff (
    import_id UUID NOT NULL REFERENCES import (id),
    position BIGINT NOT NULL,
    staff_id UUID NOT NULL,
    action TEXT NOT NULL,
    base_version BIGINT NOT NULL,
    place TEXT NOT NULL,
    has_errors BOOLEAN NOT NULL,
    before TEXT,
    facts TEXT NOT NULL,
    PRIMARY KEY (import_id, position)
);
-- Units that an import added go with it when it is undone, unless others use them.
ALTER TABLE unit ADD COLUMN import_id UUID REFERENCES import (id);

