//! Attempts to log in: by whom, whether one may go on, and what is remembered of it.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::limit::{self, Failures};
use super::store::attempt::{self as store, Known, Origin, SharedBy};
use super::token::digest;
use super::turns::{self, Lane};
use crate::db::Tx;

/// How long a device or a place that is not used is remembered, in days.
pub const KNOWN_DAYS: i64 = 90;

/// Who tries a password: with which name, from where, and as what we know the client.
#[derive(Clone, Debug)]
pub struct Client {
    pub username: String,
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
    let since = now - TimeDelta::days(KNOWN_DAYS);
    let digests = (device.as_deref().unwrap_or_default(), place.as_str());
    let known = store::known(tx, username, digests, since).await?;
    Ok(Client {
        username: username.to_owned(),
        source: source.to_owned(),
        device: device.filter(|_| known.contains(&Known::Device)),
        place: known.contains(&Known::Place).then_some(place),
    })
}

/// A client with a session that tries the password of its account: only the failures of that account's
/// sessions count. What others try with the name does not concern who has a session.
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

async fn own_failures(
    tx: &mut Tx,
    client: &Client,
    since: DateTime<Utc>,
) -> Result<Failures, sqlx::Error> {
    store::own_failures(tx, &client.username, client.origin(), since).await
}

/// How long an unknown client must wait that comes with this name or from this source.
async fn wait_of_all(
    tx: &mut Tx,
    client: &Client,
    now: DateTime<Utc>,
) -> Result<Option<u32>, sqlx::Error> {
    let mut longest = None;
    for (shared_by, value, limit) in [
        (SharedBy::Name, &client.username, limit::NAME),
        (SharedBy::Source, &client.source, limit::SOURCE),
    ] {
        let failures = store::strangers_failures(tx, shared_by, value, limit.since(now)).await?;
        longest = longest.max(limit.wait(failures, now));
    }
    Ok(longest)
}

impl Client {
    /// The same client, whose failures count for its known place as they would for a device.
    fn as_device(&self) -> Self {
        Self {
            device: self.place.clone(),
            ..self.clone()
        }
    }

    /// What its own failures have in common beside the name.
    fn origin(&self) -> Origin<'_> {
        match &self.device {
            Some(device) => Origin::Device(device),
            None => Origin::Source(&self.source),
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
    let Client {
        username, source, ..
    } = client;
    store::add_failure(tx, username, source, device.as_deref(), now).await
}

/// Forgets the client's own failures with this name: its password was right.
pub async fn forgive(tx: &mut Tx, client: &Client) -> Result<(), sqlx::Error> {
    for client in [client, &client.as_device()] {
        store::remove_own_failures(tx, &client.username, client.origin()).await?;
    }
    Ok(())
}

/// Remembers the device and the place from which the owner has logged in.
pub async fn remember(
    tx: &mut Tx,
    account_id: Uuid,
    client: &Client,
    device_token: &str,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let device = (digest(device_token), Known::Device);
    store::remember(tx, account_id, device, now).await?;
    remember_place(tx, account_id, (&client.username, &client.source), now).await
}

/// Remembers the place from which the owner, by name and address, has proved the password.
pub async fn remember_place(
    tx: &mut Tx,
    account_id: Uuid,
    (username, source): (&str, &str),
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let place = (place(username, source), Known::Place);
    store::remember(tx, account_id, place, now).await
}
