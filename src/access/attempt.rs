//! Attempts to log in, and the devices and places that are known, in the database.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::limit::{self, Failures, Limit};
use super::token::digest;
use super::turns::{self, Lane};
use crate::db::Tx;
use crate::{insert, on};

/// How long a device or a place that is not used is remembered, in days.
pub const KNOWN_DAYS: i64 = 90;
/// Devices and places of one account that are remembered; the latest.
const MOST_KNOWN: i64 = 20;

/// Who tries a password: with which name, from where, and as what we know the client.
#[derive(Clone, Debug)]
pub struct Client {
    /// The name.
    pub username: String,
    /// The address.
    pub source: String,
    /// The digest of the device token, if it is one of this account.
    pub device: Option<String>,
    /// The digest of name and address, if the owner has logged in from this address before.
    pub place: Option<String>,
}

/// What the limits say of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The password may be looked at.
    Allowed,
    /// It may be looked at, but a wrong one is answered like a stranger's: wait so many seconds.
    OnlyIfRight(u32),
    /// Not before so many seconds.
    Wait(u32),
}

/// Recognises a client by the device token that it was given, and by its address.
pub async fn recognise(
    tx: &mut Tx,
    username: &str,
    source: &str,
    device: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Client, sqlx::Error> {
    let (device, place) = (device.map(digest), place(username, source));
    let known: Vec<(String, bool)> = on!(tx, connection => sqlx::query_as(
        "SELECT digest, is_place FROM known_device JOIN account ON account.id = account_id
         WHERE username = $1 AND used_at > $2 AND ((digest = $3 AND NOT is_place) OR (digest = $4 AND is_place))",
    )
    .bind(username)
    .bind(now - TimeDelta::days(KNOWN_DAYS))
    .bind(device.as_deref().unwrap_or_default())
    .bind(&place)
    .fetch_all(connection)
    .await)?;
    let is_known = |place: bool| known.iter().any(|(_, is_place)| *is_place == place);
    Ok(Client {
        username: username.to_owned(),
        source: source.to_owned(),
        device: device.filter(|_| is_known(false)),
        place: is_known(true).then_some(place),
    })
}

/// Whoever has a session tries the password of its account: held to the failures of that session's
/// account alone. What strangers try with the name says nothing of who has a session.
pub fn in_session(account_id: Uuid, username: &str) -> Client {
    Client {
        username: username.to_owned(),
        source: String::new(),
        device: Some(digest(&format!("session of {account_id}"))),
        place: None,
    }
}

/// With the name in it, so that nobody can tell which accounts share a place.
fn place(username: &str, source: &str) -> String {
    digest(&format!("{source} {username}"))
}

/// What the limits say of an attempt by this client.
pub async fn judge(
    tx: &mut Tx,
    client: &Client,
    now: DateTime<Utc>,
) -> Result<Verdict, sqlx::Error> {
    let limit = limit::NAME_AND_SOURCE;
    let own = own_failures(tx, client, limit.since(now)).await?;
    let own_wait = limit.wait(own, now);
    if client.device.is_some() {
        return Ok(own_wait.map_or(Verdict::Allowed, Verdict::Wait));
    }
    let Some(wait) = wait_of_all(tx, client, now).await? else {
        return Ok(own_wait.map_or(Verdict::Allowed, Verdict::Wait));
    };
    // From here on the answer must not tell a known place from an unknown one: it is always this
    // wait, and what is tried there meanwhile lengthens no stranger's.
    let at_place = match &client.place {
        Some(_) if own_wait.is_none() => client.as_device(),
        _ => return Ok(Verdict::Wait(wait)),
    };
    let there = own_failures(tx, &at_place, limit.since(now)).await?;
    Ok(match limit.wait(there, now) {
        None => Verdict::OnlyIfRight(wait),
        Some(_) => Verdict::Wait(wait),
    })
}

/// How long any stranger must wait who comes with this name or from this source.
async fn wait_of_all(
    tx: &mut Tx,
    client: &Client,
    now: DateTime<Utc>,
) -> Result<Option<u32>, sqlx::Error> {
    let wait = |limit: Limit, failures| limit.wait(failures, now);
    let of_name = on!(&mut *tx, connection => sqlx::query_as::<_, Failures>(
        "SELECT count(*) AS count, max(at) AS last FROM failed_login
         WHERE username = $1 AND at > $2 AND device IS NULL",
    )
    .bind(&client.username)
    .bind(limit::NAME.since(now))
    .fetch_one(connection)
    .await)?;
    let of_source = on!(tx, connection => sqlx::query_as::<_, Failures>(
        "SELECT count(*) AS count, max(at) AS last FROM failed_login
         WHERE source = $1 AND at > $2 AND device IS NULL",
    )
    .bind(&client.source)
    .bind(limit::SOURCE.since(now))
    .fetch_one(connection)
    .await)?;
    Ok(wait(limit::NAME, of_name).max(wait(limit::SOURCE, of_source)))
}

/// Failures with this name on this device or, without a known one, from this source.
async fn own_failures(
    tx: &mut Tx,
    client: &Client,
    since: DateTime<Utc>,
) -> Result<Failures, sqlx::Error> {
    let (clause, key) = client.key();
    let sql = format!(
        "SELECT count(*) AS count, max(at) AS last FROM failed_login
         WHERE username = $1 AND {clause} AND at > $3"
    );
    on!(tx, connection => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(&client.username).bind(key).bind(since).fetch_one(connection).await)
}

impl Client {
    /// The same client, held to its known place as to a device.
    fn as_device(&self) -> Self {
        Self {
            device: self.place.clone(),
            ..self.clone()
        }
    }

    /// What its own failures have in common beside the name, as the second parameter.
    fn key(&self) -> (&'static str, &str) {
        match &self.device {
            Some(device) => ("device = $2", device),
            None => ("source = $2 AND device IS NULL", &self.source),
        }
    }

    /// Where it waits for its turn: known ones not behind strangers.
    pub fn lane(&self) -> Lane {
        let known = |of: &str| turns::known(of, &self.username);
        match (&self.device, &self.place) {
            (Some(device), _) => known(device),
            (None, Some(place)) => known(place),
            (None, None) => turns::stranger(&self.source, &self.username),
        }
    }
}

/// Counts an attempt as failed, until [`forgive`] takes it back.
pub async fn reserve(
    tx: &mut Tx,
    client: &Client,
    verdict: Verdict,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let device = match verdict {
        Verdict::OnlyIfRight(_) => &client.place,
        _ => &client.device,
    };
    insert!(tx, "failed_login", [client], |client| {
        id: Uuid::now_v7(),
        username: client.username.as_str(),
        at: now,
        source: client.source.as_str(),
        device: device.as_deref(),
    })
}

/// Forgets the client's own failures with this name: its password was right.
pub async fn forgive(tx: &mut Tx, client: &Client) -> Result<(), sqlx::Error> {
    for client in [client, &client.as_device()] {
        let (clause, key) = client.key();
        let sql = format!("DELETE FROM failed_login WHERE username = $1 AND {clause}");
        on!(&mut *tx, connection => sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(&client.username).bind(key).execute(connection).await.map(|_| ()))?;
    }
    Ok(())
}

/// Forgets all failures with a name: an administrator says that it may go on.
pub async fn unlock(tx: &mut Tx, username: &str) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("DELETE FROM failed_login WHERE username = $1")
        .bind(username).execute(connection).await.map(|_| ()))
}

/// Remembers the device and the place from which the owner has logged in.
pub async fn remember(
    tx: &mut Tx,
    account_id: Uuid,
    client: &Client,
    device_token: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let device = (digest(device_token), false);
    remember_one(tx, account_id, device, now).await?;
    remember_place(tx, account_id, (&client.username, &client.source), now).await
}

/// Remembers the place from which the owner, by name and address, has proved the password.
pub async fn remember_place(
    tx: &mut Tx,
    account_id: Uuid,
    (username, source): (&str, &str),
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    remember_one(tx, account_id, (place(username, source), true), now).await
}

async fn remember_one(
    tx: &mut Tx,
    account_id: Uuid,
    (digest, is_place): (String, bool),
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
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
