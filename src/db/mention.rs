//! Which records name others: what stands in the way when those are to be removed.

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::{Ids, Tx};
use crate::on;

/// A record that names another.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Mention {
    /// Of the record that names.
    pub id: Uuid,
    /// Whom it names.
    pub subject_id: Uuid,
    /// The day that it is about.
    pub day: Option<NaiveDate>,
}

/// Whom a record may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Named by a column `household_id`.
    Household,
    /// Named by a column `staff_id`.
    Staff,
}

impl Subject {
    /// The column in which records name it.
    pub fn column(self) -> &'static str {
        match self {
            Self::Household => "household_id",
            Self::Staff => "staff_id",
        }
    }
}

/// Most mentions that one question gives.
const MOST: i64 = 1_000;

/// The rows of `table` whose column `subject` is one of `ids`, with what `id` and `day` (columns, or
/// SQL) say of them; the first thousand.
pub async fn mentions(
    tx: &mut Tx,
    table: &str,
    (id, subject, day): (&str, &str, &str),
    ids: &Ids<'_>,
) -> Result<Vec<Mention>, sqlx::Error> {
    let sql = format!(
        "SELECT DISTINCT {id} AS id, {subject} AS subject_id, {day} AS day FROM {table}
         WHERE {} ORDER BY 1, 2 LIMIT {MOST}",
        ids.clause(subject, 1)
    );
    on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in ids.parameters() {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })
}
