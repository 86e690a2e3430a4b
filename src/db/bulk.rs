//! Writing rows, one or a hundred thousand, with the names of their columns beside their values.

use std::fmt::Write;

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

use super::{Engine, Tx};

/// Parameters that one statement may have: SQLite's default is 32,766, PostgreSQL's limit 65,535.
const MAX_PARAMETERS: usize = 32_000;
/// Rows in one statement; beyond this, longer statements gain nothing.
pub const MAX_ROWS: usize = 2_000;

/// How many of `rows` go into the next statement: as many as allowed, or else half, a quarter … of that.
/// So there are only a few different statements for each table, which the engine prepares once,
/// instead of another one for each number of rows that is left at the end.
pub fn rows_at_once(rows: usize, columns: usize) -> usize {
    let mut at_once = MAX_ROWS.min(MAX_PARAMETERS / columns).max(1);
    while at_once > rows {
        at_once = at_once.div_ceil(2);
    }
    at_once
}

/// Prepared inserts, to be run by a transaction of the engine that they are made for.
///
/// Preparing a statement of some thousand values takes about as long as running it. So with many rows to
/// write, the next statement is prepared on another thread while the engine runs this one.
#[derive(Debug)]
pub enum Inserts {
    /// Each statement with its arguments, as SQLite takes them.
    Sqlite(Vec<(String, SqliteArguments)>),
    /// Each statement with its arguments, as PostgreSQL takes them.
    Postgres(Vec<(String, PgArguments)>),
}

impl Inserts {
    /// Runs all statements in a transaction of their engine.
    pub async fn run(self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        match (self, tx) {
            (Self::Sqlite(statements), Tx::Sqlite(tx, _)) => {
                for (sql, values) in statements {
                    sqlx::query_with(AssertSqlSafe(sql), values)
                        .execute(&mut **tx)
                        .await?;
                }
            }
            (Self::Postgres(statements), Tx::Postgres(tx)) => {
                for (sql, values) in statements {
                    sqlx::query_with(AssertSqlSafe(sql), values)
                        .execute(&mut **tx)
                        .await?;
                }
            }
            _ => {
                let wrong = "inserts that were made ready for another engine";
                return Err(sqlx::Error::Configuration(wrong.into()));
            }
        }
        Ok(())
    }
}

/// The text that inserts so many rows: `… VALUES (?,?),(?,?)` or `… VALUES ($1,$2),($3,$4)`.
///
/// SQLite reads `$1` and `?1` too, but as names, and sqlx asks for the name of every parameter, which
/// SQLite looks up among all names before it: for the thousands of parameters of a bulk insert that
/// took twenty times as long as the insert itself. A bare `?` has no name.
pub fn insert_text(engine: Engine, table: &str, columns: &[&str], rows: usize) -> String {
    let mut text = format!("INSERT INTO {table} ({}) VALUES ", columns.join(","));
    text.reserve(rows * columns.len() * 7);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns.len() {
            let comma = if column == 0 { "" } else { "," };
            // Writing to a string cannot fail.
            let _ = match engine {
                Engine::Sqlite => write!(text, "{comma}?"),
                Engine::Postgres => {
                    write!(text, "{comma}${}", row * columns.len() + column + 1)
                }
            };
        }
        text.push(')');
    }
    text
}

/// Makes the inserts of rows into a table ready: see [`insert!`](crate::insert), which runs them, too.
/// Gives `Result<Inserts, sqlx::Error>`.
#[macro_export]
macro_rules! inserts {
    ($engine:expr, $table:literal, $rows:expr, |$row:ident| { $($column:ident : $value:expr),+ $(,)? }) => {{
        const COLUMNS: &[&str] = &[$(stringify!($column)),+];
        // The same for each engine, whose types the values take on here.
        macro_rules! ready {
            ($kind:ident, $arguments:ty) => {{
                let mut statements = Vec::new();
                let mut rest = &$rows[..];
                while !rest.is_empty() {
                    let (chunk, left) =
                        rest.split_at($crate::db::rows_at_once(rest.len(), COLUMNS.len()));
                    rest = left;
                    let mut values = <$arguments>::default();
                    for $row in chunk {
                        $( ::sqlx::Arguments::add(&mut values, $value)
                            .map_err(::sqlx::Error::Encode)?; )+
                    }
                    let engine = $crate::db::Engine::$kind;
                    let text = $crate::db::insert_text(engine, $table, COLUMNS, chunk.len());
                    statements.push((text, values));
                }
                $crate::db::Inserts::$kind(statements)
            }};
        }
        (|| {
            Ok::<_, ::sqlx::Error>(match $engine {
                $crate::db::Engine::Sqlite => ready!(Sqlite, ::sqlx::sqlite::SqliteArguments),
                $crate::db::Engine::Postgres => ready!(Postgres, ::sqlx::postgres::PgArguments),
            })
        })()
    }};
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
            let tx: &mut $crate::db::Tx = $tx;
            // No more statements are ready at once than those of so many rows.
            for rows in $rows.chunks($crate::db::MAX_ROWS) {
                let engine = tx.engine();
                $crate::inserts!(engine, $table, rows, |$row| { $($column: $value),+ })?
                    .run(tx)
                    .await?;
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
        for rows in 1..4_000 {
            let (mut left, mut statements) = (rows, 0);
            while left > 0 {
                let now = rows_at_once(left, 24);
                sizes.insert(now);
                left -= now;
                statements += 1;
            }
            assert!(statements <= 16, "{rows}: {statements}");
        }
        assert_eq!(sizes.len(), 12, "{sizes:?}");
        assert!(sizes.contains(&1) && sizes.contains(&1_333));
        assert_eq!(rows_at_once(10_000, 100), 320);
    }
}
