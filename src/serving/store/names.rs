//! The names by which people know a household and a helper, for the lists of every room that has both
//! in a row.

/// The columns of a household's names.
macro_rules! household_names {
    () => {
        "household.number AS household_number, household.head_name AS head_name, \
         household.town AS town, household.village AS village"
    };
}

/// The columns of a helper's names.
macro_rules! helper_names {
    () => {
        "staff.name AS helper, staff.number AS staff_number, unit.name AS unit"
    };
}

/// The joins for both, by the columns that hold the ids; with `LEFT` where there may be no helper.
macro_rules! join_names {
    ($household:literal, $($left:ident)? $staff:literal) => {
        concat!(
            " JOIN household ON household.id = ", $household,
            $(" ", stringify!($left),)? " JOIN staff ON staff.id = ", $staff,
            $(" ", stringify!($left),)? " JOIN unit ON unit.id = staff.unit_id"
        )
    };
}

pub(crate) use {helper_names, household_names, join_names};
