-- Members who leave a household by an import, with what people answered when they were asked: written with
-- the record of the import, and valid as that is once it is committed. Who left stands in the history of the
-- household: `position` is their place among the members that it had before.
CREATE TABLE member_departure (
    import_id UUID NOT NULL REFERENCES import (id),
    household_id UUID NOT NULL,
    position BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (import_id, household_id, position)
);
