//! Which households are open, in SQL: those that are neither closed nor merged into another.

/// Whether a household is open, as a condition on a row of `table`.
pub fn is_open(table: &str) -> String {
    format!("{table}.closed_on IS NULL")
}

/// Whether a household was open on the day of a parameter such as `$1`, as a condition on a row of `table`.
pub fn was_open_on(table: &str, day: &str) -> String {
    format!("({} OR {table}.closed_on > {day})", is_open(table))
}
