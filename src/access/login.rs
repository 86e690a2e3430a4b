//! Logging in, and proving a password: the one way to try one.

use std::time::Duration;

use chrono::{DateTime, Utc};
use poem::http::StatusCode;
use tokio::time::{Instant, sleep_until};

use super::attempt::{self, Client, Verdict};
use super::store::account::{self as accounts, Account, Lasting};
use super::{password, token};
use crate::app::App;
use crate::db::Tx;
use crate::problem::{Problem, counted};

/// A refusal takes at least this long: a flood of guesses slows down, and nobody can tell from the
/// time whether a password was looked at before it was refused.
const SHORTEST_REFUSAL: Duration = Duration::from_millis(300);

/// What is tried to log in, and from where.
#[derive(Debug)]
pub struct Try {
    /// The account's name.
    pub username: String,
    pub password: String,
    /// The address of the client, see [`super::source`].
    pub source: String,
    /// The device token that an earlier log-in gave.
    pub device: Option<String>,
}

/// A session that has begun.
#[derive(Debug)]
pub struct Begun {
    pub token: String,
    /// How long the token lasts.
    pub lasting: Lasting,
    /// To be sent at the next log-in from the same device.
    pub device: String,
    pub account: Account,
}

/// A password that was right, for the account as it was when it was read. What is done by it must
/// look again, inside its own transaction: see [`Proof::still_right`].
#[derive(Debug)]
pub struct Proof {
    /// As read before the password was checked; it may have changed since.
    account: Account,
    client: Client,
}

pub async fn log_in(app: &App, tried: Try) -> Result<Begun, Problem> {
    let sent_device = tried.device.clone();
    let (name, source, device) = (&tried.username, &tried.source, tried.device.as_deref());
    let mut seen = app.db.read_access().await?;
    let client = attempt::recognise(&mut seen, name, source, device, app.now()).await?;
    let proof = prove(app, seen, client, tried.password)
        .await?
        .ok_or_else(wrong_credentials)?;
    let now = app.now();
    let mut tx = app.db.write_access().await?;
    let account = proof
        .still_right(&mut tx)
        .await?
        .ok_or_else(wrong_credentials)?;
    let token = token::generate();
    let lasting = accounts::add_token(&mut tx, &account, &token::digest(&token), now).await?;
    // A known device keeps its token.
    let device = sent_device
        .filter(|_| proof.client.device.is_some())
        .unwrap_or_else(token::generate);
    attempt::remember(&mut tx, account.id, &proof.client, &device, now).await?;
    tx.commit().await?;
    Ok(Begun {
        token,
        lasting,
        device,
        account,
    })
}

/// Tries the password of a client, who was recognised in the transaction `seen`, within the limits.
/// Nothing if it is wrong.
pub async fn prove(
    app: &App,
    seen: Tx,
    client: Client,
    password: String,
) -> Result<Option<Proof>, Problem> {
    let started = Instant::now();
    let proved = prove_now(app, seen, client, password).await;
    if let Err(problem) = &proved
        && problem.status_code() == StatusCode::TOO_MANY_REQUESTS
    {
        sleep_until(started + SHORTEST_REFUSAL).await;
    }
    proved
}

async fn prove_now(
    app: &App,
    mut seen: Tx,
    client: Client,
    password: String,
) -> Result<Option<Proof>, Problem> {
    // Checked before the queue, so that a flood is refused without any work …
    allowed(&mut seen, &client, app.now()).await?;
    drop(seen);
    let turn = password::turn(client.lane()).await?;
    // … and again where it is written down, so that of many attempts at once no more than allowed go
    // on. That the last of them are lost in a power cut does no harm.
    let mut tx = app.db.write_access_deferred().await?;
    let now = app.now();
    let verdict = allowed(&mut tx, &client, now).await?;
    attempt::reserve(&mut tx, &client, verdict, now).await?;
    let account = accounts::find_by_username(&mut tx, &client.username).await?;
    tx.commit().await?;
    let stored = account
        .as_ref()
        .map(|account| account.password_hash.clone());
    let fits = turn.verify(password, stored).await;
    match (account.filter(|account| fits && account.active), verdict) {
        (Some(account), _) => Ok(Some(Proof { account, client })),
        (None, Verdict::OnlyIfRight(wait)) => Err(too_many_failures(wait)),
        (None, _) => Ok(None),
    }
}

async fn allowed(tx: &mut Tx, client: &Client, now: DateTime<Utc>) -> Result<Verdict, Problem> {
    match attempt::judge(tx, client, now).await? {
        Verdict::Wait(wait) => Err(too_many_failures(wait)),
        verdict => Ok(verdict),
    }
}

impl Proof {
    /// The account as it is now, if the password is still its password and it may still come in; and
    /// takes the attempt back. Nothing if someone has changed it since.
    pub async fn still_right(&self, tx: &mut Tx) -> Result<Option<Account>, Problem> {
        let Some(account) = accounts::find(tx, self.account.id).await? else {
            return Ok(None);
        };
        if account.password_hash != self.account.password_hash
            || accounts::unit_if_it_may_act(tx, account.id, account.version)
                .await?
                .is_none()
        {
            return Ok(None);
        }
        attempt::forgive(tx, &self.client).await?;
        Ok(Some(account))
    }
}

fn wrong_credentials() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "wrong_credentials",
        "账号或密码不正确，或账号已停用；忘记密码请联系系统管理员",
        "wrong name or password, or the account is disabled; ask the administrator for a new password",
    )
}

fn too_many_failures(wait_seconds: u32) -> Problem {
    let minutes = wait_seconds.div_ceil(60);
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_failures",
        format!(
            "登录失败次数过多，请约 {minutes} 分钟后再试；曾登录过的设备不受他人影响。如是本账号失败过多，可请系统管理员解除"
        ),
        format!(
            "too many failed log-ins; wait about {}, or use a device that has logged in before; if it was this account that failed, the administrator can unlock it",
            counted(minutes.into(), "minute")
        ),
    )
    .retry_after(wait_seconds)
}
