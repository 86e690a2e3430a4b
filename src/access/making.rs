//! Making accounts.

use uuid::Uuid;

use super::idempotency::{self, Ticket};
use super::service::{check_person, find, hashed, lane};
use super::store::account::{self as accounts, Account};
use super::{Caller, Role, password};
use crate::app::App;
use crate::problem::Problem;

/// A request for an account, not yet checked.
#[derive(Debug)]
pub struct NewAccount {
    /// The name to log in with.
    pub username: String,
    /// Decides what the account may do.
    pub role: Role,
    /// The person of the staff roster that it belongs to.
    pub staff_id: Option<Uuid>,
    /// Its password; one is made if it is left out.
    pub password: Option<String>,
}

/// Characters that a name to log in with may have.
const LONGEST_USERNAME: usize = 64;

/// An account that was made, now or by the same request before.
#[derive(Debug)]
pub struct Made {
    /// As it was made.
    pub account: Account,
    /// The password, if one was made now.
    pub password: Option<String>,
    /// Whether one was made before, and shown in the first answer.
    pub was_shown: bool,
}

/// Makes an account; gives the password too if it had to be made. The same `key` with the same request gives
/// the same account, but no password: that is kept nowhere.
pub async fn create(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    new: NewAccount,
) -> Result<Made, Problem> {
    check_username(&new.username)?;
    let (password_hash, made) = hashed(caller, new.password.clone()).await?;
    let mut tx = caller.write(&app.db).await?;
    let (username, says_password) = (&new.username, new.password.is_some());
    let request = (
        "createAccount",
        username,
        new.role,
        new.staff_id,
        says_password,
    );
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(account) => {
            drop(tx);
            return made_before(app, caller, account, new.password).await;
        }
        Ticket::Open(ticket) => ticket,
    };
    if let Some(other) = accounts::find_in_any_case(&mut tx, &new.username).await? {
        return Err(username_taken(&other.username));
    }
    check_person(&mut tx, new.role, new.staff_id).await?;
    let account = Account::new(
        new.username,
        password_hash,
        new.role,
        new.staff_id,
        app.now(),
    );
    accounts::add(&mut tx, &account).await?;
    ticket.answer(&mut tx, app.now(), &account).await?;
    tx.commit().await?;
    tracing::info!(account = account.username, role = %account.role, by = caller.username, "account made");
    Ok(Made {
        account,
        password: made,
        was_shown: false,
    })
}

/// The account that the same request has made, if it was sent with the same password: as long as the account
/// is what it was, its hash can tell.
async fn made_before(
    app: &App,
    caller: &Caller,
    account: Account,
    password: Option<String>,
) -> Result<Made, Problem> {
    let was_shown = password.is_none();
    if let Some(password) = password {
        let mut tx = app.db.read_access().await?;
        let now = find(&mut tx, account.id).await?;
        drop(tx);
        let turn = password::turn(lane(caller)).await?;
        let is_same =
            now.version != account.version || turn.verify(password, Some(now.password_hash)).await;
        if !is_same {
            return Err(idempotency::reused());
        }
    }
    Ok(Made {
        account,
        password: None,
        was_shown,
    })
}

/// Makes the first administrator if there is none yet, whatever other accounts there are, and gives its name
/// and password. Of several that begin at once on one database, one makes it.
pub async fn first_administrator(app: &App) -> Result<Option<(String, String)>, Problem> {
    let mut tx = app.db.read().await?;
    if accounts::has_administrator_without(&mut tx, &[]).await? {
        return Ok(None);
    }
    drop(tx);
    let (password_hash, made) = hashed(&Caller::command_line(), None).await?;
    let mut tx = app.db.write().await?;
    if accounts::has_administrator_without(&mut tx, &[]).await? {
        return Ok(None);
    }
    let mut name = "admin".to_owned();
    let mut number = 1;
    while accounts::find_in_any_case(&mut tx, &name).await?.is_some() {
        number += 1;
        name = format!("admin{number}");
    }
    let account = Account::new(name, password_hash, Role::Administrator, None, app.now());
    accounts::add(&mut tx, &account).await?;
    tx.commit().await?;
    Ok(made.map(|password| (account.username, password)))
}

/// What a name to log in with may be.
fn check_username(username: &str) -> Result<(), Problem> {
    let is_sign = |sign: char| sign.is_alphanumeric() || "._@-".contains(sign);
    if (1..=LONGEST_USERNAME).contains(&username.chars().count()) && username.chars().all(is_sign) {
        return Ok(());
    }
    Err(Problem::invalid(
        "username_invalid",
        format!("登录名应为 1 至 {LONGEST_USERNAME} 个汉字、字母或数字，可含 . _ @ -，不含空格"),
        format!(
            "a username has 1 to {LONGEST_USERNAME} letters or digits, may have . _ @ - in it, and no spaces"
        ),
    )
    .at("/username"))
}

fn username_taken(username: &str) -> Problem {
    Problem::conflict(
        "username_taken",
        format!("登录名“{username}”已被使用，请换一个"),
        format!("the username `{username}` is taken; choose another"),
    )
    .at("/username")
}
