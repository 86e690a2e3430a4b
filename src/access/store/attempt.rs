//! Failed attempts to log in, and the devices and places that are known.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::access::limit::Failures;
use crate::db::Tx;
use crate::{insert, on};

/// Devices and places of one account that are remembered; the latest.
const MOST_KNOWN: i64 = 20;

/// As what a client is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It shows the token that a log-in gave.
    Device,
    /// The owner has logged in from its address.
    Place,
}

/// What failures of clients without a known device may have in common.
#[derive(Clone, Copy, Debug)]
pub enum SharedBy {
    Name,
    Source,
}

/// What the failures of one client have in common beside the name.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    Device(&'a str),
    /// Without a known device.
    Source(&'a str),
}

impl<'a> Origin<'a> {
    /// A clause in which the name is `$1` and the other parameter `$2`, and that parameter.
    fn clause(self) -> (&'static str, &'a str) {
        match self {
            Self::Device(device) => ("username = $1 AND device = $2", device),
            Self::Source(source) => ("username = $1 AND source = $2 AND device IS NULL", source),
        }
    }
}

/// As what a client is known to the account of this name, by the digests of its device and place.
pub async fn known(
    tx: &mut Tx,
    username: &str,
    (device, place): (&str, &str),
    since: DateTime<Utc>,
) -> Result<Vec<Known>, sqlx::Error> {
    let found: Vec<bool> = on!(tx, connection => sqlx::query_scalar(
        "SELECT is_place FROM known_device JOIN account ON account.id = account_id
         WHERE username = $1 AND used_at > $2 AND ((digest = $3 AND NOT is_place) OR (digest = $4 AND is_place))",
    )
    .bind(username)
    .bind(since)
    .bind(device)
    .bind(place)
    .fetch_all(connection)
    .await)?;
    let known = |is_place| {
        if is_place {
            Known::Place
        } else {
            Known::Device
        }
    };
    Ok(found.into_iter().map(known).collect())
}

/// Failures of all clients without a known device that have this name or this source.
pub async fn strangers_failures(
    tx: &mut Tx,
    shared_by: SharedBy,
    value: &str,
    since: DateTime<Utc>,
) -> Result<Failures, sqlx::Error> {
    let column = match shared_by {
        SharedBy::Name => "username",
        SharedBy::Source => "source",
    };
    let sql = format!(
        "SELECT count(*) AS count, max(at) AS last FROM failed_login
         WHERE {column} = $1 AND at > $2 AND device IS NULL"
    );
    on!(tx, connection => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(value).bind(since).fetch_one(connection).await)
}

/// The failures of one client.
pub async fn own_failures(
    tx: &mut Tx,
    username: &str,
    origin: Origin<'_>,
    since: DateTime<Utc>,
) -> Result<Failures, sqlx::Error> {
    let (clause, value) = origin.clause();
    let sql = format!(
        "SELECT count(*) AS count, max(at) AS last FROM failed_login WHERE {clause} AND at > $3"
    );
    on!(tx, connection => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(username).bind(value).bind(since).fetch_one(connection).await)
}

/// Writes a failure down.
pub async fn add_failure(
    tx: &mut Tx,
    username: &str,
    source: &str,
    device: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    insert!(tx, "failed_login", [username], |username| {
        id: Uuid::now_v7(),
        username: *username,
        at: now,
        source: source,
        device: device,
    })
}

/// Forgets the failures of one client.
pub async fn remove_own_failures(
    tx: &mut Tx,
    username: &str,
    origin: Origin<'_>,
) -> Result<(), sqlx::Error> {
    let (clause, value) = origin.clause();
    let sql = format!("DELETE FROM failed_login WHERE {clause}");
    on!(tx, connection => sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(username).bind(value).execute(connection).await.map(|_| ()))
}

/// Forgets all failures with a name: an administrator says that it may go on.
pub async fn remove_failures(tx: &mut Tx, username: &str) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("DELETE FROM failed_login WHERE username = $1")
        .bind(username).execute(connection).await.map(|_| ()))
}

/// Remembers a device or a place of an account, by its digest.
pub async fn remember(
    tx: &mut Tx,
    account_id: Uuid,
    (digest, known): (String, Known),
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let is_place = known == Known::Place;
    on!(&mut *tx, connection => sqlx::query(
        "INSERT INTO known_device (account_id, digest, is_place, used_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account_id, digest) DO UPDATE SET used_at = excluded.used_at",
    )
    .bind(account_id).bind(digest).bind(is_place).bind(now).execute(connection).await.map(|_| ()))?;
    on!(tx, connection => sqlx::query(
        "DELETE FROM known_device WHERE account_id = $1 AND is_place = $2 AND digest NOT IN
             (SELECT digest FROM known_device WHERE account_id = $1 AND is_place = $2
              ORDER BY used_at DESC, digest LIMIT $3)",
    )
    .bind(account_id).bind(is_place).bind(MOST_KNOWN).execute(connection).await.map(|_| ()))
}

/// Forgets the account's devices and places: whoever knew the old password may have made some.
pub async fn forget_known(tx: &mut Tx, account_id: Uuid) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("DELETE FROM known_device WHERE account_id = $1")
        .bind(account_id).execute(connection).await.map(|_| ()))
}
