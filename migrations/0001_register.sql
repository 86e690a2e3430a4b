-- The register: every table of the first version.
--
-- One dialect for SQLite and PostgreSQL. SQLite takes any type name and keeps what it is given;
-- UUID is a 16-byte blob there, DATE and TIMESTAMPTZ are ISO 8601 text, which sorts as time does.
-- Money is BIGINT fen. A code list is TEXT, checked by the program's own table of codes.
-- JSON that is only ever read whole is TEXT.

-- Who may come in ---------------------------------------------------------------------------------

CREATE TABLE unit (
    id UUID PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    villages_version BIGINT NOT NULL DEFAULT 1
);

-- 定点帮扶: which villages a unit serves.
CREATE TABLE unit_village (
    unit_id UUID NOT NULL REFERENCES unit (id),
    town TEXT NOT NULL,
    village TEXT NOT NULL,
    PRIMARY KEY (unit_id, town, village)
);

CREATE TABLE staff (
    id UUID PRIMARY KEY NOT NULL,
    number TEXT UNIQUE,
    identity_number TEXT UNIQUE,
    name TEXT NOT NULL,
    sex TEXT,
    unit_id UUID NOT NULL REFERENCES unit (id),
    position TEXT,
    rank TEXT NOT NULL,
    political_status TEXT,
    phone TEXT,
    capacity BIGINT CHECK (capacity IS NULL OR capacity BETWEEN 0 AND 100),
    town TEXT,
    village TEXT,
    specialty TEXT,
    remark TEXT,
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    import_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX staff_by_unit ON staff (unit_id, name);

CREATE TABLE account (
    id UUID PRIMARY KEY NOT NULL,
    username TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    staff_id UUID REFERENCES staff (id),
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

-- A token is kept only as its SHA-256: who reads the database cannot come in with it.
CREATE TABLE token (
    digest TEXT PRIMARY KEY NOT NULL,
    account_id UUID NOT NULL REFERENCES account (id),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX token_by_account ON token (account_id);

CREATE TABLE failed_login (
    id UUID PRIMARY KEY NOT NULL,
    username TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX failed_login_by_name ON failed_login (username, at);

-- The first answer to each key, so that a phone that sends twice writes once.
CREATE TABLE idempotency (
    account_id UUID NOT NULL REFERENCES account (id),
    key TEXT NOT NULL,
    request_digest TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, key)
);

-- What was there before, for every record that can change.
CREATE TABLE history (
    id UUID PRIMARY KEY NOT NULL,
    subject TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    action TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    actor TEXT NOT NULL,
    import_id UUID,
    before TEXT NOT NULL
);
CREATE INDEX history_by_subject ON history (subject, subject_id, version);

CREATE TABLE setting (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL,
    version BIGINT NOT NULL
);

-- What the office sets for a year: how many to lift, and the income line.
CREATE TABLE year_plan (
    year BIGINT PRIMARY KEY NOT NULL,
    target BIGINT NOT NULL CHECK (target >= 0),
    line_fen BIGINT NOT NULL CHECK (line_fen > 0),
    version BIGINT NOT NULL
);

-- The register of households ----------------------------------------------------------------------

-- Each file that was taken in, with the file itself: the evidence for all that came from it.
CREATE TABLE import (
    id UUID PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    file BYTEA NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    actor TEXT NOT NULL,
    counts TEXT NOT NULL,
    warnings TEXT NOT NULL
);

CREATE TABLE household (
    id UUID PRIMARY KEY NOT NULL,
    number TEXT UNIQUE,
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
    version BIGINT NOT NULL,
    import_id UUID REFERENCES import (id),
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX household_by_area ON household (town, village, id);

CREATE TABLE member (
    id UUID PRIMARY KEY NOT NULL,
    household_id UUID NOT NULL REFERENCES household (id),
    position BIGINT NOT NULL,
    number TEXT,
    name TEXT NOT NULL,
    sex TEXT,
    identity_number TEXT UNIQUE,
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
    UNIQUE (household_id, position)
);

-- Who helps whom ----------------------------------------------------------------------------------

CREATE TABLE pairing_run (
    id UUID PRIMARY KEY NOT NULL,
    status TEXT NOT NULL,
    scope TEXT NOT NULL,
    basis TEXT NOT NULL,
    summary TEXT NOT NULL,
    loads TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    decided_at TIMESTAMPTZ,
    decided_by TEXT
);

CREATE TABLE proposal (
    run_id UUID NOT NULL REFERENCES pairing_run (id),
    household_id UUID NOT NULL REFERENCES household (id),
    staff_id UUID REFERENCES staff (id),
    cost BIGINT NOT NULL,
    reasons TEXT NOT NULL,
    PRIMARY KEY (run_id, household_id)
);

CREATE TABLE pairing (
    id UUID PRIMARY KEY NOT NULL,
    household_id UUID NOT NULL REFERENCES household (id),
    staff_id UUID NOT NULL REFERENCES staff (id),
    run_id UUID REFERENCES pairing_run (id),
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
-- The rule of the house, kept by the database itself: never two current helpers.
CREATE UNIQUE INDEX pairing_one_current ON pairing (household_id) WHERE to_date IS NULL;
CREATE INDEX pairing_by_household ON pairing (household_id, from_date);
CREATE INDEX pairing_by_staff ON pairing (staff_id) WHERE to_date IS NULL;

-- What was done -----------------------------------------------------------------------------------

CREATE TABLE visit (
    id UUID PRIMARY KEY NOT NULL,
    household_id UUID NOT NULL REFERENCES household (id),
    staff_id UUID NOT NULL REFERENCES staff (id),
    visited_on DATE NOT NULL,
    kind TEXT NOT NULL,
    met TEXT,
    situation_confirmed BOOLEAN NOT NULL,
    causes_confirmed BOOLEAN NOT NULL,
    wishes TEXT,
    measures TEXT NOT NULL,
    note TEXT,
    version BIGINT NOT NULL,
    logged_at TIMESTAMPTZ NOT NULL,
    logged_by TEXT NOT NULL
);
CREATE INDEX visit_by_day ON visit (visited_on, id);
CREATE INDEX visit_by_household ON visit (household_id, visited_on, id);
CREATE INDEX visit_by_staff ON visit (staff_id, visited_on, id);

CREATE TABLE benefit (
    visit_id UUID NOT NULL REFERENCES visit (id),
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    amount_fen BIGINT CHECK (amount_fen IS NULL OR amount_fen >= 0),
    description TEXT NOT NULL,
    PRIMARY KEY (visit_id, position)
);

-- The approach and the measures as decided for a household, each decision a row, none overwritten.
CREATE TABLE help_plan (
    id UUID PRIMARY KEY NOT NULL,
    household_id UUID NOT NULL REFERENCES household (id),
    approach TEXT NOT NULL,
    measures TEXT NOT NULL,
    decided_on DATE NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    decided_by TEXT NOT NULL
);
CREATE INDEX help_plan_by_household ON help_plan (household_id, decided_on);

-- The one result ----------------------------------------------------------------------------------

CREATE TABLE lift (
    id UUID PRIMARY KEY NOT NULL,
    household_id UUID NOT NULL REFERENCES household (id),
    state TEXT NOT NULL,
    again BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    started_by TEXT NOT NULL,
    approved_on DATE,
    helper_id UUID REFERENCES staff (id),
    relapsed_on DATE,
    relapse_reason TEXT,
    relapse_by TEXT,
    CHECK (relapsed_on IS NULL OR relapsed_on >= approved_on)
);
-- A household has at most one lift under way, and one that holds.
CREATE UNIQUE INDEX lift_one_standing ON lift (household_id)
    WHERE relapsed_on IS NULL AND state <> 'rejected';
CREATE INDEX lift_by_approval ON lift (approved_on);

CREATE TABLE lift_step (
    lift_id UUID NOT NULL REFERENCES lift (id),
    position BIGINT NOT NULL,
    step TEXT NOT NULL,
    on_date DATE NOT NULL,
    person TEXT NOT NULL,
    note TEXT,
    evidence TEXT,
    rejected BOOLEAN NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by TEXT NOT NULL,
    PRIMARY KEY (lift_id, position)
);
