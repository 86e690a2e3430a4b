//! The conditions of a list, each beside the value that it is bound to.

use std::fmt;

use chrono::NaiveDate;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Database, Encode, FromRow, Type};
use uuid::Uuid;

use super::Tx;
use crate::on;

/// What a column is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, or the code of a list.
    Text(String),
    /// Any whole number, such as a limit or a count.
    Number(i64),
    /// A date without a time.
    Day(NaiveDate),
    /// A record.
    Id(Uuid),
}

macro_rules! values {
    ($($kind:ident: $of:ty,)+) => {
        $(
            impl From<$of> for Value {
                fn from(value: $of) -> Self {
                    Self::$kind(value)
                }
            }
        )+

        /// Each value travels as its own type: PostgreSQL is told which one by `produces`.
        impl<'q, DB: Database> Encode<'q, DB> for Value
        where
            $($of: Encode<'q, DB> + Type<DB>,)+
        {
            fn encode_by_ref(
                &self,
                buffer: &mut DB::ArgumentBuffer,
            ) -> Result<IsNull, BoxDynError> {
                match self {
                    $(Self::$kind(value) => value.encode_by_ref(buffer),)+
                }
            }

            fn produces(&self) -> Option<DB::TypeInfo> {
                match self {
                    $(Self::$kind(value) => {
                        value.produces().or_else(|| Some(<$of as Type<DB>>::type_info()))
                    })+
                }
            }
        }
    };
}

values! {
    Text: String,
    Number: i64,
    Day: NaiveDate,
    Id: Uuid,
}

/// Never called: each value [`produces`](Encode::produces) a type of its own.
impl<DB: Database> Type<DB> for Value
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as Type<DB>>::type_info()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

/// A `WHERE` that grows by what a list is narrowed to. Only what is asked for stands in it, so that an
/// index can serve each way to ask; no value ever stands in the text.
///
/// A `?` in a condition is the condition's value, as often as it occurs; it becomes the number of
/// the parameter.
///
/// ```
/// use qianshou::db::Where;
///
/// let (town, helper) = (Some("青山镇"), None::<uuid::Uuid>);
/// let mut wanted = Where::new()
///     .and("closed_on IS NULL")
///     .and_if(town, "household.town = ?")
///     .and_if(helper, "pairing.staff_id = ?");
/// let limit = wanted.bind(51_i64);
/// assert_eq!(
///     format!("SELECT id FROM household {wanted} LIMIT {limit}"),
///     "SELECT id FROM household WHERE closed_on IS NULL AND household.town = $1 LIMIT $2",
/// );
/// ```
///
/// The statement is run by [`fetch_all`](Self::fetch_all), which binds the values.
#[derive(Clone, Debug, Default)]
pub struct Where {
    conditions: Vec<String>,
    values: Vec<Value>,
}

/// `WHERE …`, or nothing where nothing narrows.
impl fmt::Display for Where {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, condition) in self.conditions.iter().enumerate() {
            let word = if at == 0 { "WHERE " } else { " AND " };
            write!(formatter, "{word}{condition}")?;
        }
        Ok(())
    }
}

impl Where {
    /// Narrows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a value that the statement needs elsewhere too, as a limit or in a join; gives its parameter,
    /// such as `$3`.
    pub fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// A condition that always holds.
    #[must_use]
    pub fn and(mut self, condition: impl Into<String>) -> Self {
        self.conditions.push(condition.into());
        self
    }

    /// A condition on a value.
    #[must_use]
    pub fn and_with(mut self, value: impl Into<Value>, condition: &str) -> Self {
        let parameter = self.bind(value);
        self.and(condition.replace('?', &parameter))
    }

    /// A condition on a value, if there is one.
    #[must_use]
    pub fn and_if<V: Into<Value>>(self, value: Option<V>, condition: &str) -> Self {
        match value {
            Some(value) => self.and_with(value, condition),
            None => self,
        }
    }

    /// A condition on a text, unless it is empty.
    #[must_use]
    pub fn and_text(self, text: &str, condition: &str) -> Self {
        self.and_if(Some(text).filter(|text| !text.is_empty()), condition)
    }

    /// One of two conditions, if it is said which.
    #[must_use]
    pub fn and_either(self, which: Option<bool>, yes: &str, no: &str) -> Self {
        match which {
            Some(true) => self.and(yes),
            Some(false) => self.and(no),
            None => self,
        }
    }

    /// At least one of those conditions that have a value; if none has, nothing is found.
    #[must_use]
    pub fn and_any<const N: usize>(mut self, choices: [(Option<Value>, &str); N]) -> Self {
        let mut any = Vec::new();
        for (value, condition) in choices {
            if let Some(value) = value {
                any.push(condition.replace('?', &self.bind(value)));
            }
        }
        if any.is_empty() {
            return self.and("1 = 0");
        }
        self.and(format!("({})", any.join(" OR ")))
    }

    /// Only rows beyond the last one of the page before, if there was one: the columns of its sort key, with
    /// `<` or `>`, as in `(visited_on, id) <`.
    #[must_use]
    pub fn beyond<const N: usize>(mut self, key: Option<[Value; N]>, columns: &str) -> Self {
        let Some(key) = key else {
            return self;
        };
        let parameters = key.map(|value| self.bind(value)).join(", ");
        self.and(format!("{columns} ({parameters})"))
    }

    /// Runs a statement whose parameters are those that were bound here.
    pub async fn fetch_all<T>(self, tx: &mut Tx, sql: String) -> Result<Vec<T>, sqlx::Error>
    where
        T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        on!(tx, connection => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for value in self.values {
                query = query.bind(value);
            }
            query.fetch_all(connection).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Db;

    #[test]
    fn only_what_is_asked_for_stands_in_it() {
        assert_eq!(Where::new().to_string(), "");
        let wanted = Where::new()
            .and_text("", "town = ?")
            .and_text("张村", "village = ?")
            .and_if(None::<i64>, "size = ?")
            .and_if(
                Some(Uuid::nil()),
                "id IN (SELECT a FROM b WHERE c = ? OR d = ?)",
            )
            .and_either(Some(false), "e IS NULL", "e IS NOT NULL")
            .and_either(None, "f IS NULL", "f IS NOT NULL")
            .beyond(None::<[Value; 1]>, "(id) <")
            .beyond(Some(["x".into(), 1_i64.into()]), "(name, size) >");
        assert_eq!(
            wanted.to_string(),
            "WHERE village = $1 AND id IN (SELECT a FROM b WHERE c = $2 OR d = $2) \
             AND e IS NOT NULL AND (name, size) > ($3, $4)"
        );
        assert_eq!(
            wanted.values,
            ["张村".into(), Uuid::nil().into(), "x".into(), 1_i64.into()]
        );
    }

    #[test]
    fn any_of_no_conditions_finds_nothing() {
        let any = |number: Option<&str>, name: Option<&str>| {
            Where::new()
                .and_any([
                    (number.map(Value::from), "number = ?"),
                    (name.map(Value::from), "name LIKE ?"),
                ])
                .to_string()
        };
        assert_eq!(any(None, None), "WHERE 1 = 0");
        assert_eq!(any(None, Some("a")), "WHERE (name LIKE $1)");
        assert_eq!(
            any(Some("a"), Some("b")),
            "WHERE (number = $1 OR name LIKE $2)"
        );
    }

    #[tokio::test]
    async fn values_arrive_as_their_own_types() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("a.sqlite").display());
        let db = Db::open(&url).await.unwrap();
        let mut tx = db.read().await.unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 5, 1).unwrap();
        let mut wanted = Where::new().and("1 = 1");
        let [text, number, date, id] = [
            wanted.bind("?"),
            wanted.bind(7_i64),
            wanted.bind(day),
            wanted.bind(Uuid::max()),
        ];
        let sql = format!("SELECT {text}, {number}, {date}, {id} {wanted}");
        let rows: Vec<(String, i64, NaiveDate, Uuid)> =
            wanted.fetch_all(&mut tx, sql).await.unwrap();
        assert_eq!(rows, [("?".to_owned(), 7, day, Uuid::max())]);
    }
}
