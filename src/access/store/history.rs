//! What every record was before each change: nothing is overwritten without it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::access::model::Caller;
use crate::db::{Ids, Json, Tx, Where};
use crate::{insert, on};

/// Who changes records, and when.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    /// Name of the account.
    pub account: &'a str,
    /// When.
    pub at: DateTime<Utc>,
    /// The import that does it, or is taken back.
    pub import_id: Option<Uuid>,
}

impl Caller {
    /// As who changes records now.
    pub fn at(&self, now: DateTime<Utc>) -> Actor<'_> {
        Actor {
            account: &self.username,
            at: now,
            import_id: None,
        }
    }
}

impl Actor<'_> {
    /// The import that does it, or is taken back. For what only an import may do: an actor who is none
    /// is a fault of ours, and must not look like an import that had nothing to do.
    pub fn import(&self) -> Result<Uuid, sqlx::Error> {
        self.import_id.ok_or_else(|| {
            sqlx::Error::InvalidArgument(
                "this is done for an import only, and none was named".into(),
            )
        })
    }

    /// Keeps what a record was before `action` (`update`, `correct` …), in the transaction that changes
    /// it. The record is named by its kind (`household`, `visit` …), its id, and the version that is
    /// replaced.
    pub async fn keep<T: Serialize + Sync>(
        &self,
        tx: &mut Tx,
        action: &str,
        (subject, id, version): (&str, impl ToString, i64),
        before: &T,
    ) -> Result<(), sqlx::Error> {
        insert!(tx, "history", [self], |actor| {
            id: Uuid::now_v7(),
            subject: subject,
            subject_id: id.to_string(),
            version: version,
            action: action,
            at: actor.at,
            actor: actor.account,
            import_id: actor.import_id,
            before: Json(before),
        })
    }

    /// As [`keep`](Self::keep), of many records of one kind.
    pub async fn keep_many<T: Serialize + Sync>(
        &self,
        tx: &mut Tx,
        action: &str,
        subject: &str,
        records: &[(Uuid, i64, T)],
    ) -> Result<(), sqlx::Error> {
        insert!(tx, "history", records, |record| {
            id: Uuid::now_v7(),
            subject: subject,
            subject_id: record.0.to_string(),
            version: record.1,
            action: action,
            at: self.at,
            actor: self.account,
            import_id: self.import_id,
            before: Json(&record.2),
        })
    }

    /// Keeps what many records of one kind were before an import takes them over: `records` is a query
    /// whose one parameter is the import, for the id of the entry, the record's id as text, its version,
    /// and the record as JSON.
    pub async fn keep_staged(
        &self,
        tx: &mut Tx,
        action: &str,
        (subject, records): (&str, &str),
    ) -> Result<(), sqlx::Error> {
        let import_id = self.import()?;
        let sql = format!(
            "INSERT INTO history (id, subject_id, version, before, subject, action, at, actor, import_id)
             SELECT kept.*, $2, $3, $4, $5, $1 FROM ({records}) AS kept"
        );
        on!(tx, connection => sqlx::query(AssertSqlSafe(sql))
            .bind(import_id).bind(subject).bind(action).bind(self.at).bind(self.account)
            .execute(connection).await.map(|_| ()))
    }
}

/// One change of one record, as it is read.
#[derive(Clone, Debug, FromRow)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// The version that was replaced.
    pub version: i64,
    /// What was done.
    pub action: String,
    /// When the record was replaced.
    pub at: DateTime<Utc>,
    /// By which account.
    pub actor: String,
    /// The import that did it.
    pub import_id: Option<Uuid>,
    /// The record as it was.
    pub before: Json<serde_json::Value>,
}

/// Where an entry stands among those of its record: its version and its id.
pub type EntryKey = (i64, Uuid);

impl Entry {
    /// Where it stands among those of its record.
    pub fn key(&self) -> EntryKey {
        (self.version, self.id)
    }
}

const ENTRY: &str = "SELECT id, version, action, at, actor, import_id, before FROM history";

/// All changes of one record, the latest first.
pub async fn of(tx: &mut Tx, subject: &str, subject_id: &str) -> Result<Vec<Entry>, sqlx::Error> {
    let sql =
        format!("{ENTRY} WHERE subject = $1 AND subject_id = $2 ORDER BY version DESC, id DESC");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(subject).bind(subject_id).fetch_all(connection).await)
}

/// A page of the changes of one record, the latest first, at most `limit` and one more.
pub async fn page(
    tx: &mut Tx,
    (subject, subject_id): (&str, Uuid),
    after: Option<EntryKey>,
    limit: i64,
) -> Result<Vec<Entry>, sqlx::Error> {
    let mut wanted = Where::new()
        .and_with(subject, "subject = ?")
        .and_with(subject_id.to_string(), "subject_id = ?")
        .beyond(
            after.map(|(version, id)| [version.into(), id.into()]),
            "(version, id) <",
        );
    let limit = wanted.bind(limit + 1);
    let sql = format!("{ENTRY} {wanted} ORDER BY version DESC, id DESC LIMIT {limit}");
    wanted.fetch_all(tx, sql).await
}

/// The change of a record that stands there; `None` if there is none.
pub async fn at(
    tx: &mut Tx,
    (subject, subject_id): (&str, Uuid),
    (_, id): EntryKey,
) -> Result<Option<Entry>, sqlx::Error> {
    let sql = format!("{ENTRY} WHERE subject = $1 AND subject_id = $2 AND id = $3");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(subject).bind(subject_id.to_string()).bind(id).fetch_optional(connection).await)
}

/// The records of which an import did this.
pub async fn by_import(
    tx: &mut Tx,
    subject: &str,
    action: &str,
    import_id: Uuid,
) -> Result<Vec<Uuid>, sqlx::Error> {
    let ids: Vec<String> = on!(tx, connection => sqlx::query_scalar(
        "SELECT subject_id FROM history
         WHERE subject = $1 AND action = $2 AND import_id = $3 ORDER BY id",
    )
    .bind(subject)
    .bind(action)
    .bind(import_id)
    .fetch_all(connection)
    .await)?;
    ids.iter()
        .map(|id| {
            id.parse()
                .map_err(|error| sqlx::Error::Decode(Box::new(error)))
        })
        .collect()
}

/// Gives `each` the changes of records since a time, record by record in the order in which they
/// were made: the record's id, when it was replaced, and what of it `T` asks for. Rows are read one
/// by one, since a year's history of all households would take too much memory.
pub async fn each_since<T: DeserializeOwned + Send + Unpin>(
    tx: &mut Tx,
    subject: &str,
    ids: &Ids<'_>,
    since: DateTime<Utc>,
    mut each: impl FnMut(Uuid, DateTime<Utc>, T),
) -> Result<(), sqlx::Error> {
    let sql = format!(
        "SELECT subject_id, at, before FROM history WHERE subject = $1 AND at >= $2 AND {}
         ORDER BY subject_id, version, id",
        ids.clause("subject_id", 3)
    );
    on!(tx, connection => {
        let mut query = sqlx::query_as::<_, (String, DateTime<Utc>, Json<T>)>(AssertSqlSafe(sql))
            .bind(subject)
            .bind(since);
        for id in ids.parameters() {
            query = query.bind(id.to_string());
        }
        let mut rows = query.fetch(connection);
        while let Some((id, at, Json(before))) = rows.try_next().await? {
            let id = id.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            each(id, at, before);
        }
        Ok(())
    })
}

/// What some records were before an import changed them, by their ids.
pub async fn before_import<T: DeserializeOwned + Send + Unpin>(
    tx: &mut Tx,
    subject: &str,
    import_id: Uuid,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, T>, sqlx::Error> {
    let sql = format!(
        "SELECT subject_id, before FROM history
         WHERE subject = $1 AND import_id = $2 AND action = 'import' AND {}",
        Ids::These(ids).clause("subject_id", 3)
    );
    let rows: Vec<(String, Json<T>)> = on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(subject).bind(import_id);
        for id in ids {
            query = query.bind(id.to_string());
        }
        query.fetch_all(connection).await
    })?;
    rows.into_iter()
        .map(|(id, Json(before))| {
            let id = id
                .parse()
                .map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            Ok((id, before))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;

    #[test]
    fn what_only_an_import_may_do_is_a_fault_of_ours_without_one() {
        let caller = Caller::command_line();
        let actor = caller.at(Utc::now());
        let fault = Problem::from(actor.import().unwrap_err());
        assert_eq!(fault.status_code().as_u16(), 500);
        let import_id = Some(Uuid::now_v7());
        let actor = Actor { import_id, ..actor };
        assert_eq!(actor.import().ok(), import_id);
    }
}
