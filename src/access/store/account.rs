//! Accounts and tokens.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use super::history::Actor;
use crate::access::model::{SESSION_DAYS, TOKEN_HOURS};
use crate::access::{Caller, Role};
use crate::db::{Ids, Mention, Tx, mentions};
use crate::{insert, on};

/// An account as it is stored.
#[derive(Clone, Debug, FromRow, Serialize, Deserialize)]
pub struct Account {
    pub id: Uuid,
    /// The name to log in with.
    pub username: String,
    /// Argon2id hash. Never leaves the database, not even into its history.
    #[serde(skip)]
    pub password_hash: String,
    pub role: Role,
    /// The person of the staff roster it belongs to.
    pub staff_id: Option<Uuid>,
    /// Whether it may log in.
    pub active: bool,
    /// Whether anyone has logged in with it: from then on it stays its person's.
    pub used: bool,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Account {
    /// A new account that may log in.
    pub fn new(
        username: String,
        password_hash: String,
        role: Role,
        staff_id: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id: Uuid::now_v7(),
            username,
            password_hash,
            role,
            staff_id,
            active: true,
            used: false,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// A token with what is known of its holder, expired or not.
#[derive(Debug, FromRow)]
pub struct FoundToken {
    /// The account that the token belongs to.
    #[sqlx(flatten)]
    pub caller: Caller,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
}

/// How long a token lasts.
#[derive(Clone, Copy, Debug)]
pub struct Lasting {
    /// When it expires.
    pub expires_at: DateTime<Utc>,
    /// Until when it can be renewed.
    pub renewable_until: DateTime<Utc>,
}

impl Lasting {
    /// Of a token that was given at a log-in, and is given or renewed now.
    fn of(begun: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let renewable_until = begun + TimeDelta::days(SESSION_DAYS);
        let expires_at = now + TimeDelta::hours(TOKEN_HOURS);
        Self {
            expires_at: expires_at.min(renewable_until),
            renewable_until,
        }
    }
}

/// Which accounts may do anything at all: checked at log-in, with each request, and again in each
/// write. One whose person has left may not, whatever its own row says: a second safeguard beside
/// [`close_accounts`](crate::access::person::close_accounts).
const MAY_ACT: &str = "account.active AND (account.staff_id IS NULL
    OR EXISTS (SELECT 1 FROM staff WHERE staff.id = account.staff_id AND staff.active))";

/// The unit of an account's person.
const UNIT: &str = "(SELECT unit_id FROM staff WHERE staff.id = account.staff_id)";

/// The columns of an account, which is active if this condition holds: mostly, if it may act.
fn columns(active: &str) -> String {
    format!(
        "id, username, password_hash, role, staff_id, {active} AS active, used, version, created_at, updated_at"
    )
}

/// The account of a token, if it may act and is what it was when the session began.
pub async fn find_token(tx: &mut Tx, digest: &str) -> Result<Option<FoundToken>, sqlx::Error> {
    let sql = format!(
        "SELECT account.id AS account_id, username, role, staff_id, {UNIT} AS unit_id,
             version AS account_version, digest AS session, expires_at
         FROM token JOIN account ON account.id = token.account_id AND version = account_version
         WHERE digest = $1 AND {MAY_ACT}"
    );
    on!(tx, connection => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(digest).fetch_optional(connection).await)
}

/// The unit today of an account's person, if the account may act and is still what it was in this version.
pub async fn unit_if_it_may_act(
    tx: &mut Tx,
    account_id: Uuid,
    version: i64,
) -> Result<Option<Option<Uuid>>, sqlx::Error> {
    let sql = format!("SELECT {UNIT} FROM account WHERE id = $1 AND version = $2 AND {MAY_ACT}");
    on!(tx, connection => sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(account_id).bind(version).fetch_optional(connection).await)
}

/// Remembers a token, for this account as it is, and forgets those of the account that have expired.
pub async fn add_token(
    tx: &mut Tx,
    account: &Account,
    digest: &str,
    now: DateTime<Utc>,
) -> Result<Lasting, sqlx::Error> {
    let lasting = Lasting::of(now, now);
    on!(&mut *tx, connection => sqlx::query("DELETE FROM token WHERE account_id = $1 AND expires_at < $2")
        .bind(account.id).bind(now).execute(connection).await.map(|_| ()))?;
    insert!(&mut *tx, "token", [digest], |digest| {
        digest: *digest,
        account_id: account.id,
        account_version: account.version,
        created_at: now,
        expires_at: lasting.expires_at,
    })?;
    if !account.used {
        on!(tx, connection => sqlx::query("UPDATE account SET used = TRUE WHERE id = $1")
            .bind(account.id).execute(connection).await.map(|_| ()))?;
    }
    Ok(lasting)
}

/// Lets a token that is good now last longer. `None` if it is there no more.
pub async fn renew_token(
    tx: &mut Tx,
    digest: &str,
    now: DateTime<Utc>,
) -> Result<Option<Lasting>, sqlx::Error> {
    let begun: Option<DateTime<Utc>> = on!(&mut *tx, connection => sqlx::query_scalar(
        "SELECT created_at FROM token WHERE digest = $1 AND expires_at > $2",
    )
    .bind(digest)
    .bind(now)
    .fetch_optional(connection)
    .await)?;
    let Some(begun) = begun else { return Ok(None) };
    let lasting = Lasting::of(begun, now);
    on!(tx, connection => sqlx::query("UPDATE token SET expires_at = $2 WHERE digest = $1")
        .bind(digest).bind(lasting.expires_at).execute(connection).await.map(|_| ()))?;
    Ok(Some(lasting))
}

/// Forgets a token: logging out.
pub async fn remove_token(tx: &mut Tx, digest: &str) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("DELETE FROM token WHERE digest = $1")
        .bind(digest).execute(connection).await.map(|_| ()))
}

/// Forgets all tokens of an account: its password or role has changed.
pub async fn remove_tokens(tx: &mut Tx, account_id: Uuid) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("DELETE FROM token WHERE account_id = $1")
        .bind(account_id).execute(connection).await.map(|_| ()))
}

/// `None` if there is no account with this name.
pub async fn find_by_username(tx: &mut Tx, username: &str) -> Result<Option<Account>, sqlx::Error> {
    let sql = format!(
        "SELECT {} FROM account WHERE username = $1",
        columns(MAY_ACT)
    );
    on!(tx, connection => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(username).fetch_optional(connection).await)
}

/// The account of a name, whatever its letters' case.
pub async fn find_in_any_case(tx: &mut Tx, username: &str) -> Result<Option<Account>, sqlx::Error> {
    let sql = format!(
        "SELECT {} FROM account WHERE lower(username) = $1",
        columns(MAY_ACT)
    );
    let username = username.to_lowercase();
    on!(tx, connection => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(username).fetch_optional(connection).await)
}

/// `None` if there is no account with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Account>, sqlx::Error> {
    let sql = format!("SELECT {} FROM account WHERE id = $1", columns(MAY_ACT));
    on!(tx, connection => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// Accounts by name, after the name `after`, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Account>, sqlx::Error> {
    let sql = format!(
        "SELECT {} FROM account WHERE username > $1 ORDER BY username LIMIT $2",
        columns(MAY_ACT)
    );
    on!(tx, connection => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(after.unwrap_or("")).bind(limit + 1).fetch_all(connection).await)
}

/// Whether a person is on the staff roster and active.
pub async fn is_active_person(tx: &mut Tx, staff_id: Uuid) -> Result<bool, sqlx::Error> {
    let found: i64 = on!(tx, connection => sqlx::query_scalar("SELECT count(*) FROM staff WHERE id = $1 AND active")
        .bind(staff_id).fetch_one(connection).await)?;
    Ok(found > 0)
}

/// Whether administrators who may act are left without these accounts.
pub async fn has_administrator_without(tx: &mut Tx, leaving: &[Uuid]) -> Result<bool, sqlx::Error> {
    let sql = format!("SELECT id FROM account WHERE role = $1 AND {MAY_ACT}");
    let administrators: Vec<Uuid> = on!(tx, connection => sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(Role::Administrator).fetch_all(connection).await)?;
    Ok(administrators.iter().any(|id| !leaving.contains(id)))
}

/// Adds an account. Its name must be free.
pub async fn add(tx: &mut Tx, account: &Account) -> Result<(), sqlx::Error> {
    insert!(tx, "account", std::slice::from_ref(account), |account| {
        id: account.id,
        username: account.username.as_str(),
        password_hash: account.password_hash.as_str(),
        role: account.role,
        staff_id: account.staff_id,
        active: account.active,
        used: account.used,
        version: account.version,
        created_at: account.created_at,
        updated_at: account.updated_at,
    })
}

/// Replaces what may change of an account, keeps what was there, and ends its sessions. `before` was
/// read in this transaction.
pub async fn change(
    tx: &mut Tx,
    actor: Actor<'_>,
    action: &str,
    before: &Account,
    after: &Account,
) -> Result<(), sqlx::Error> {
    let version = ("account", before.id, before.version);
    actor.keep(tx, action, version, before).await?;
    on!(&mut *tx, connection => sqlx::query(
        "UPDATE account SET password_hash = $2, role = $3, staff_id = $4, active = $5,
             version = version + 1, updated_at = $6
         WHERE id = $1",
    )
    .bind(before.id)
    .bind(&after.password_hash)
    .bind(after.role)
    .bind(after.staff_id)
    .bind(after.active)
    .bind(actor.at)
    .execute(connection)
    .await
    .map(|_| ()))?;
    remove_tokens(tx, before.id).await
}

/// Accounts of these people of the staff.
pub async fn accounts_naming(tx: &mut Tx, staff: &Ids<'_>) -> Result<Vec<Mention>, sqlx::Error> {
    let columns = ("id", "staff_id", "CAST(NULL AS DATE)");
    mentions(tx, "account", columns, staff).await
}

/// The open accounts of a person, as they stand in their own rows: also while the person is away.
pub async fn open_of_person(tx: &mut Tx, staff_id: Uuid) -> Result<Vec<Account>, sqlx::Error> {
    let sql = format!(
        "SELECT {} FROM account WHERE staff_id = $1 AND active ORDER BY id",
        columns("active")
    );
    on!(tx, connection => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(staff_id).fetch_all(connection).await)
}
