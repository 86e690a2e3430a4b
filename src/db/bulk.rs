//! Writing rows, one or a hundred thousand, with the names of their columns beside their values.

use std::fmt::Write;

use super::Tx;

/// Parameters that one statement may have: SQLite's default is 32,766, PostgreSQL's limit 65,535.
const MAX_PARAMETERS: usize = 32_000;
/// Rows in one statement; beyond this, longer statements gain nothing.
const MAX_ROWS: usize = 500;

/// How many of so many rows go into the next statement: as many as may be, or else half, a quarter …
/// of that. So there are a handful of different statements for each table, which the engine has
/// understood once, instead of another one for each number of rows that is left at the end.
pub fn rows_at_once(rows: usize, columns: usize) -> usize {
    let mut at_once = MAX_ROWS.min(MAX_PARAMETERS / columns).max(1);
    while at_once > rows {
        at_once = at_once.div_ceil(2);
    }
    at_once
}

/// `(?,?),(?,?)` or `($1,$2),($3,$4)`, for so many rows of so many columns.
///
/// SQLite reads `$1` and `?1` too, but as names, and sqlx asks for the name of every parameter, which
/// SQLite looks up among all names before it: for the thousands of parameters of a bulk insert that
/// took twenty times as long as the insert itself. A bare `?` has no name.
pub fn values_clause(tx: &Tx, rows: usize, columns: usize) -> String {
    let numbered = matches!(tx, Tx::Postgres(_));
    let mut clause = String::with_capacity(rows * columns * 7);
    for row in 0..rows {
        clause.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { "," };
            if numbered {
                let _ = write!(clause, "{comma}${}", row * columns + column + 1);
            } else {
                let _ = write!(clause, "{comma}?");
            }
        }
        clause.push(')');
    }
    clause
}

/// Inserts rows into a table, as few statements as may be.
///
/// ```text
/// insert!(tx, "unit", units, |unit| { id: unit.id, name: &unit.name })?;
/// ```
///
/// `units` is a slice (or anything that has `chunks`); a value that is used for every row, such as
/// the import's id, may stand in the block as well. Gives `Result<(), sqlx::Error>`.
#[macro_export]
macro_rules! insert {
    ($tx:expr, $table:literal, $rows:expr, |$row:ident| { $($column:ident : $value:expr),+ $(,)? }) => {{
        async {
            const COLUMNS: &[&str] = &[$(stringify!($column)),+];
            let tx: &mut $crate::db::Tx = $tx;
            let mut rest = &$rows[..];
            while !rest.is_empty() {
                let (chunk, left) = rest.split_at($crate::db::rows_at_once(rest.len(), COLUMNS.len()));
                rest = left;
                let sql = format!(
                    "INSERT INTO {} ({}) VALUES {}",
                    $table,
                    COLUMNS.join(","),
                    $crate::db::values_clause(tx, chunk.len(), COLUMNS.len()),
                );
                $crate::on!(tx, connection => {
                    let mut query = ::sqlx::query(::sqlx::AssertSqlSafe(sql));
                    for $row in chunk {
                        $( query = query.bind($value); )+
                    }
                    query.execute(connection).await.map(|_| ())
                })?;
            }
            Ok::<(), ::sqlx::Error>(())
        }
        .await
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_into_few_sizes_of_statements() {
        let mut sizes = std::collections::BTreeSet::new();
        for rows in 1..2_000 {
            let (mut left, mut statements) = (rows, 0);
            while left > 0 {
                let now = rows_at_once(left, 24);
                sizes.insert(now);
                left -= now;
                statements += 1;
            }
            assert!(statements <= 14, "{rows}: {statements}");
        }
        assert_eq!(sizes.len(), 10, "{sizes:?}");
        assert!(sizes.contains(&1) && sizes.contains(&MAX_ROWS));
        assert_eq!(rows_at_once(10_000, 100), 320);
    }
}
