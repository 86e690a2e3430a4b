//! What is done to sessions and accounts: one function an operation, for the API and the command line.
//!
//! Whoever decides decides inside the write: the caller's right and the account are read there, and
//! nothing that was read before is written back.

use poem::http::StatusCode;
use uuid::Uuid;

use super::login::{self, Proof};
use super::model::SHORTEST_PASSWORD;
use super::password;
use super::store::account::{self as accounts, Account, Lasting};
use super::store::attempt as failures;
use super::turns::Lane;
use super::{Caller, Permission, Role, attempt, token, turns};
use crate::api::ETag;
use crate::app::App;
use crate::code_list::CodeList;
use crate::db::{Db, Tx, page};
use crate::problem::Problem;

/// What an account is to become.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Decides what the account may do.
    pub role: Role,
    /// The person of the staff roster that it belongs to.
    pub staff_id: Option<Uuid>,
    /// Whether it may log in.
    pub active: bool,
}

/// Begins to write accounts, for this caller; no log-in goes on meanwhile.
async fn write(app: &App, caller: &Caller) -> Result<Tx, Problem> {
    let mut tx = caller.write(&app.db).await?;
    Db::hold_access(&mut tx).await?;
    Ok(tx)
}

/// The account with this id, or 404.
pub(super) async fn find(tx: &mut Tx, id: Uuid) -> Result<Account, Problem> {
    accounts::find(tx, id).await?.ok_or_else(not_found)
}

/// The account with this name, or 404.
pub async fn find_by_username(tx: &mut Tx, username: &str) -> Result<Account, Problem> {
    accounts::find_by_username(tx, username)
        .await?
        .ok_or_else(not_found)
}

fn not_found() -> Problem {
    Problem::not_found("账号", "account")
}

/// Ends the session of a token.
pub async fn log_out(app: &App, token: &str) -> Result<(), Problem> {
    let mut tx = app.db.write_access().await?;
    accounts::remove_token(&mut tx, &token::digest(token)).await?;
    tx.commit().await?;
    Ok(())
}

/// Lets the session of a token last longer.
pub async fn renew(app: &App, token: &str) -> Result<Lasting, Problem> {
    let mut tx = app.db.write_access().await?;
    let lasting = accounts::renew_token(&mut tx, &token::digest(token), app.now()).await?;
    tx.commit().await?;
    // It has ended since it was looked at.
    lasting.ok_or_else(token::unauthenticated)
}

/// The caller's own account.
pub async fn own(app: &App, caller: &Caller) -> Result<Account, Problem> {
    let mut tx = app.db.read_access().await?;
    find(&mut tx, caller.account_id).await
}

/// One account, for who manages them.
pub async fn get(app: &App, id: Uuid) -> Result<Account, Problem> {
    let mut tx = app.db.read_access().await?;
    find(&mut tx, id).await
}

/// A page of the accounts by name, and the cursor of the next.
pub async fn list(
    app: &App,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Account>, Option<String>), Problem> {
    let cursors = app.cursors("listAccounts");
    let after: Option<String> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    let accounts = accounts::list(&mut tx, after.as_deref(), limit).await?;
    let (accounts, next) = page::cut(accounts, limit, |account| account.username.clone());
    Ok((accounts, cursors.next(next)?))
}

/// The queue in which the caller's passwords wait.
pub(super) fn lane(caller: &Caller) -> Lane {
    turns::known(&caller.account_id.to_string(), &caller.username)
}

/// Changes an account that is still in the version of `if_match`, and ends its sessions.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: Uuid,
    if_match: Option<&str>,
    change: impl FnOnce(&Account) -> Result<Change, Problem>,
) -> Result<Account, Problem> {
    let mut tx = write(app, caller).await?;
    let before = find(&mut tx, id).await?;
    ETag(before.version).must_match(if_match)?;
    let new = change(&before)?;
    if (new.role, new.staff_id, new.active) == (before.role, before.staff_id, before.active) {
        return Ok(before);
    }
    let after = changed(&mut tx, app, caller, &before, new).await?;
    tx.commit().await?;
    Ok(after)
}

async fn changed(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    before: &Account,
    new: Change,
) -> Result<Account, Problem> {
    if new.staff_id != before.staff_id && before.staff_id.is_some() && before.used {
        return Err(person_is_fixed());
    }
    // An account is closed whatever became of its person.
    if new.active || new.staff_id != before.staff_id {
        check_person(tx, new.role, new.staff_id).await?;
    }
    let stays = new.active && new.role == Role::Administrator;
    if !stays {
        keep_an_administrator(tx, std::slice::from_ref(before)).await?;
    }
    let after = Account {
        role: new.role,
        staff_id: new.staff_id,
        active: new.active,
        ..before.clone()
    };
    accounts::change(tx, caller.at(app.now()), "update", before, &after).await?;
    Ok(Account {
        version: before.version + 1,
        ..after
    })
}

/// Refuses to take the rights of the last active administrator away: nobody could give them back.
pub async fn keep_an_administrator(tx: &mut Tx, leaving: &[Account]) -> Result<(), Problem> {
    let is_one = |account: &Account| account.active && account.role == Role::Administrator;
    let ids: Vec<Uuid> = leaving.iter().map(|account| account.id).collect();
    if leaving.iter().any(is_one) && !accounts::has_administrator_without(tx, &ids).await? {
        return Err(Problem::conflict(
            "last_administrator",
            "这是最后一个在用的系统管理员账号，不能停用或改为其他角色，其持有人也不能离岗或停用；请先设立另一个系统管理员",
            "this is the last active administrator, who cannot leave, be disabled or get another role; make another administrator first",
        ));
    }
    Ok(())
}

/// Sets anyone's password, as an administrator, and unlocks the account; gives the password if it had
/// to be made.
pub async fn reset(
    app: &App,
    caller: &Caller,
    id: Uuid,
    password: Option<String>,
) -> Result<(Account, Option<String>), Problem> {
    caller.require(Permission::ManageAccounts)?;
    let (password_hash, made) = hashed(caller, password).await?;
    let mut tx = write(app, caller).await?;
    let before = find(&mut tx, id).await?;
    let account = set_password(&mut tx, app, caller, before, password_hash).await?;
    failures::remove_failures(&mut tx, &account.username).await?;
    tx.commit().await?;
    Ok((account, made))
}

/// Sets the caller's own password, from an address that is a known place of the account from now on:
/// whoever finds a session open cannot take the account over.
pub async fn change_own_password(
    app: &App,
    caller: &Caller,
    current: Option<String>,
    password: Option<String>,
    source: &str,
) -> Result<(Account, Option<String>), Problem> {
    let current = current.ok_or_else(current_password_missing)?;
    let client = attempt::in_session(caller.account_id, &caller.username);
    let seen = app.db.read_access().await?;
    let proof = login::prove(app, seen, client, current)
        .await?
        .ok_or_else(wrong_current_password)?;
    let (password_hash, made) = hashed(caller, password).await?;
    let mut tx = write(app, caller).await?;
    let before = proven(&mut tx, &proof).await?;
    let account = set_password(&mut tx, app, caller, before, password_hash).await?;
    // Or strangers' guesses would keep the owner out of the new session.
    let here = (account.username.as_str(), source);
    attempt::remember_place(&mut tx, account.id, here, app.now()).await?;
    tx.commit().await?;
    Ok((account, made))
}

async fn proven(tx: &mut Tx, proof: &Proof) -> Result<Account, Problem> {
    let account = proof.still_right(tx).await?;
    account.ok_or_else(wrong_current_password)
}

async fn set_password(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    before: Account,
    password_hash: String,
) -> Result<Account, Problem> {
    let after = Account {
        password_hash,
        ..before.clone()
    };
    let actor = caller.at(app.now());
    accounts::change(tx, actor, "set_password", &before, &after).await?;
    failures::forget_known(tx, before.id).await?;
    Ok(Account {
        version: before.version + 1,
        ..after
    })
}

/// Forgets the failed log-ins of an account's name, whoever made them.
pub async fn unlock(app: &App, caller: &Caller, id: Uuid) -> Result<(), Problem> {
    let mut tx = write(app, caller).await?;
    let account = find(&mut tx, id).await?;
    failures::remove_failures(&mut tx, &account.username).await?;
    tx.commit().await?;
    tracing::info!(
        account = account.username,
        by = caller.username,
        "account unlocked"
    );
    Ok(())
}

pub(super) async fn check_person(
    tx: &mut Tx,
    role: Role,
    staff_id: Option<Uuid>,
) -> Result<(), Problem> {
    let Some(staff_id) = staff_id else {
        if role.needs_person() {
            return Err(Problem::invalid(
                "helper_without_person",
                format!(
                    "{}账号必须对应帮扶责任人名册中的一个人，请选定是哪一位",
                    role.label()
                ),
                format!(
                    "an account of the role `{role}` must belong to a person of the staff roster: give `staff_id`"
                ),
            )
            .at("/staff_id"));
        }
        return Ok(());
    };
    if accounts::is_active_person(tx, staff_id).await? {
        return Ok(());
    }
    Err(Problem::invalid(
        "no_such_person",
        "帮扶责任人名册中没有此人，或此人已停用",
        "no such person on the staff roster, or no longer active",
    )
    .at("/staff_id"))
}

pub(super) async fn hashed(
    caller: &Caller,
    password: Option<String>,
) -> Result<(String, Option<String>), Problem> {
    let made = password.is_none().then(password::generate);
    let password = password.or_else(|| made.clone()).unwrap_or_default();
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Problem::invalid(
            "password_too_short",
            format!("密码至少需要 {SHORTEST_PASSWORD} 个字符"),
            format!("a password needs at least {SHORTEST_PASSWORD} characters"),
        )
        .at("/password"));
    }
    let hash = password::turn(lane(caller)).await?.hash(password).await;
    let hash = hash.ok_or_else(|| {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "密码处理失败，请重试",
            "the password could not be hashed; try again",
        )
    })?;
    Ok((hash, made))
}

fn person_is_fixed() -> Problem {
    Problem::conflict(
        "account_has_records",
        "此账号已登录使用过，其记录属于原来的人，不能改给别人；请停用此账号，为新的人另建账号",
        "this account has been used, and what was recorded with it belongs to its person; disable it and make a new account for the other person",
    )
    .at("/staff_id")
}

fn current_password_missing() -> Problem {
    Problem::invalid(
        "current_password_required",
        "修改自己的密码需要填写现在的密码",
        "to change your own password, give the present one as `current_password`",
    )
    .at("/current_password")
}

fn wrong_current_password() -> Problem {
    Problem::invalid(
        "wrong_current_password",
        "现在的密码不正确；忘记密码请联系系统管理员",
        "the present password is not right; ask the administrator for a new one",
    )
    .at("/current_password")
}
