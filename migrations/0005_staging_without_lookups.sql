-- Staged rows come by the million, and no one but the check of an import writes them and no one but the
-- import reads them: that each names an import that is there, PostgreSQL would look up a million times,
-- which takes longer than to write them.

ALTER TABLE staged_household RENAME TO staged_household_before;
CREATE TABLE staged_household (
    import_id UUID NOT NULL,
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
    closed_on DATE,
    closed_reason TEXT,
    merged_into UUID,
    PRIMARY KEY (import_id, import_position)
);
INSERT INTO staged_household SELECT * FROM staged_household_before;
DROP TABLE staged_household_before;

ALTER TABLE staged_member RENAME TO staged_member_before;
CREATE TABLE staged_member (
    import_id UUID NOT NULL,
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
INSERT INTO staged_member SELECT * FROM staged_member_before;
DROP TABLE staged_member_before;
