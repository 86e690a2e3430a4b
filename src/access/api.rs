//! Logging in and out, and accounts.

use chrono::{DateTime, Utc};
use poem::http::StatusCode;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::MaybeUndefined;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::{FAILURES_ALLOWED, FAILURES_COUNT_MINUTES, SHORTEST_PASSWORD};
use super::store::Account;
use super::{Caller, Permission, Role, Signed, password, store, token};
use crate::api::{Created, ETag, Limit, NoContent, Page, Tag, Tagged, merged};
use crate::app::App;
use crate::db::page;
use crate::problem::{ChangeFault, CreateFault, Fault, GetFault, ListFault, Problem, bits};

/// Operations on sessions and accounts.
pub struct AccessApi(pub App);

/// What logs in.
#[derive(Object)]
struct Credentials {
    /// The account's name.
    #[oai(validator(min_length = 1, max_length = 64))]
    username: String,
    /// Its password.
    #[oai(validator(min_length = 1, max_length = 128))]
    password: String,
}

/// A session that has begun.
#[derive(Object)]
struct Session {
    /// Send it as `Authorization: Bearer …`. It is shown this once.
    token: String,
    /// Until when the token is good.
    expires_at: DateTime<Utc>,
    /// Who logged in.
    account: AccountView,
}

/// An account, as others see it.
#[derive(Clone, Object)]
#[oai(rename = "Account", skip_serializing_if_is_none)]
struct AccountView {
    /// Its id.
    id: Uuid,
    /// The name to log in with.
    username: String,
    /// What it is for.
    role: Role,
    /// The person of the staff roster that it belongs to.
    staff_id: Option<Uuid>,
    /// Whether it may log in.
    active: bool,
    /// Counts its changes; the `ETag` of the account.
    version: i64,
}

impl From<&Account> for AccountView {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id,
            username: account.username.clone(),
            role: account.role,
            staff_id: account.staff_id,
            active: account.active,
            version: account.version,
        }
    }
}

/// An account to be made.
#[derive(Object)]
struct NewAccount {
    /// The name to log in with.
    #[oai(validator(min_length = 1, max_length = 64, pattern = r"^[\p{L}\p{N}._@-]+$"))]
    username: String,
    /// What it is for.
    role: Role,
    /// The person of the staff roster that it belongs to; needed for a helper.
    staff_id: Option<Uuid>,
    /// At least 8 characters. Left out, one is made and shown once in the answer.
    #[oai(validator(min_length = 8, max_length = 128))]
    password: Option<String>,
}

/// An account with the password that was made for it.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct AccountWithPassword {
    /// The account.
    account: AccountView,
    /// The password, if one was made. It is shown this once.
    password: Option<String>,
}

/// Changes of an account (RFC 7396): what is absent stays, `null` clears.
#[derive(Object)]
struct AccountPatch {
    /// What it is for.
    role: MaybeUndefined<Role>,
    /// The person of the staff roster that it belongs to.
    staff_id: MaybeUndefined<Uuid>,
    /// Whether it may log in.
    active: MaybeUndefined<bool>,
}

/// A password to set.
#[derive(Object)]
struct NewPassword {
    /// At least 8 characters. Left out, one is made and shown once in the answer.
    #[oai(validator(min_length = 8, max_length = 128))]
    password: Option<String>,
}

type LoginFault =
    Fault<{ bits::BAD_REQUEST | bits::UNAUTHORIZED | bits::BODY | bits::TOO_MANY | bits::SERVER }>;

#[OpenApi(tag = "Tag::Access")]
impl AccessApi {
    /// Log in
    ///
    /// Gives a token that is good for twelve hours. After ten failures within a quarter of an hour
    /// a name must wait.
    #[oai(path = "/sessions", method = "post", operation_id = "createSession")]
    async fn create_session(
        &self,
        body: Json<Credentials>,
    ) -> Result<Created<Session>, LoginFault> {
        let Credentials { username, password } = body.0;
        let now = self.0.now();
        let mut tx = self.0.db.read_access().await?;
        if store::failures(&mut tx, &username, now).await? >= FAILURES_ALLOWED {
            return Err(too_many_failures().into());
        }
        let account = store::find_by_username(&mut tx, &username).await?;
        drop(tx);
        let stored = account
            .as_ref()
            .map(|account| account.password_hash.clone());
        let fits = password::verify(password, stored).await;
        let mut tx = self.0.db.write_access().await?;
        let Some(account) = account.filter(|account| fits && account.active) else {
            store::add_failure(&mut tx, &username, now).await?;
            tx.commit().await?;
            return Err(wrong_credentials().into());
        };
        let token = token::generate();
        let expires_at = store::add_token(&mut tx, account.id, &token::digest(&token), now).await?;
        tx.commit().await?;
        Ok(Created::new(Session {
            token,
            expires_at,
            account: (&account).into(),
        }))
    }

    /// Log out
    ///
    /// Ends the session that the token stands for.
    #[oai(
        path = "/sessions/current",
        method = "delete",
        operation_id = "deleteSession"
    )]
    async fn delete_session(
        &self,
        request: &poem::Request,
        _caller: Signed,
    ) -> Result<NoContent, ListFault> {
        let token = request
            .header("authorization")
            .and_then(|value| value.split_once(' '))
            .map_or("", |(_, token)| token.trim());
        let mut tx = self.0.db.write_access().await?;
        store::remove_token(&mut tx, &token::digest(token)).await?;
        tx.commit().await?;
        Ok(NoContent::Done)
    }

    /// Who am I
    ///
    /// The account that the token belongs to.
    #[oai(path = "/accounts/me", method = "get", operation_id = "getMyAccount")]
    async fn get_my_account(&self, caller: Signed) -> Result<Json<AccountView>, GetFault> {
        let mut tx = self.0.db.read().await?;
        Ok(Json((&find(&mut tx, caller.0.account_id).await?).into()))
    }

    /// List accounts
    ///
    /// By name. For administrators.
    #[oai(path = "/accounts", method = "get", operation_id = "listAccounts")]
    async fn list_accounts(
        &self,
        caller: Signed,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 500))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<AccountView>>, ListFault> {
        caller.0.require(Permission::ManageAccounts)?;
        let after: Option<String> = crate::api::after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        let accounts = store::list(&mut tx, after.as_deref(), limit).await?;
        let (accounts, next) = page::cut(accounts, limit, |account| account.username.clone());
        Ok(Page::json(accounts.iter().map(Into::into), next))
    }

    /// Create an account
    ///
    /// For administrators. A helper's account belongs to a person of the staff roster. It takes no
    /// `Idempotency-Key`: the answer may hold a password, and an answer that is kept could be read.
    /// Sent twice, the second is refused since the name is taken.
    #[oai(path = "/accounts", method = "post", operation_id = "createAccount")]
    async fn create_account(
        &self,
        caller: Signed,
        body: Json<NewAccount>,
    ) -> Result<Created<AccountWithPassword>, CreateFault> {
        caller.0.require(Permission::ManageAccounts)?;
        let NewAccount {
            username,
            role,
            staff_id,
            password,
        } = body.0;
        let (account, made) =
            create(&self.0, &caller.0, username, role, staff_id, password).await?;
        Ok(Created::new(AccountWithPassword {
            account: (&account).into(),
            password: made,
        }))
    }

    /// Change an account
    ///
    /// For administrators. Ends the account's sessions.
    #[oai(
        path = "/accounts/:id",
        method = "patch",
        operation_id = "updateAccount"
    )]
    async fn update_account(
        &self,
        caller: Signed,
        /// The account's id.
        id: Path<Uuid>,
        /// The account's `ETag` as it was read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<AccountPatch>,
    ) -> Result<Tagged<AccountView>, ChangeFault> {
        caller.0.require(Permission::ManageAccounts)?;
        let mut tx = self.0.db.write().await?;
        let before = find(&mut tx, id.0).await?;
        ETag(before.version).must_match(if_match.0.as_deref())?;
        let mut after = before.clone();
        if let MaybeUndefined::Value(role) = body.0.role {
            after.role = role;
        }
        if let MaybeUndefined::Value(active) = body.0.active {
            after.active = active;
        }
        after.staff_id = merged(body.0.staff_id, after.staff_id);
        check_person(&mut tx, after.role, after.staff_id).await?;
        store::change(
            &mut tx,
            &caller.0.username,
            self.0.now(),
            &before,
            &after,
            "update",
        )
        .await?;
        tx.commit().await?;
        after.version += 1;
        Ok(Tagged::new((&after).into(), ETag(after.version)))
    }

    /// Set a password
    ///
    /// Your own, or as an administrator anyone's. Ends the account's sessions.
    #[oai(
        path = "/accounts/:id/password",
        method = "post",
        operation_id = "setPassword"
    )]
    async fn set_password(
        &self,
        caller: Signed,
        /// The account's id.
        id: Path<Uuid>,
        body: Json<NewPassword>,
    ) -> Result<Json<AccountWithPassword>, CreateFault> {
        if id.0 != caller.0.account_id {
            caller.0.require(Permission::ManageAccounts)?;
        }
        let mut tx = self.0.db.read().await?;
        let account = find(&mut tx, id.0).await?;
        drop(tx);
        let made = reset(&self.0, &caller.0, &account, body.0.password).await?;
        Ok(Json(AccountWithPassword {
            account: (&account).into(),
            password: made,
        }))
    }
}

async fn find(tx: &mut crate::db::Tx, id: Uuid) -> Result<Account, Problem> {
    store::find(tx, id)
        .await?
        .ok_or_else(|| Problem::not_found("账号", "account"))
}

async fn check_person(
    tx: &mut crate::db::Tx,
    role: Role,
    staff_id: Option<Uuid>,
) -> Result<(), Problem> {
    let Some(staff_id) = staff_id else {
        if role == Role::Helper {
            return Err(Problem::invalid(
                "helper_without_person",
                "帮扶责任人账号必须对应人员花名册中的一个人，请填写 staff_id",
                "a helper's account must belong to a person of the staff roster: give `staff_id`",
            )
            .at("/staff_id"));
        }
        return Ok(());
    };
    match crate::staff::store::find(tx, staff_id).await? {
        Some(staff) if staff.active => Ok(()),
        _ => Err(Problem::invalid(
            "no_such_person",
            "人员花名册中没有此人，或此人已停用",
            "no such person on the staff roster, or no longer active",
        )
        .at("/staff_id")),
    }
}

/// Makes an account; gives the password too if it had to be made.
pub async fn create(
    app: &App,
    caller: &Caller,
    username: String,
    role: Role,
    staff_id: Option<Uuid>,
    password: Option<String>,
) -> Result<(Account, Option<String>), Problem> {
    let (password_hash, made) = hashed(password).await?;
    let now = app.now();
    let mut tx = app.db.write().await?;
    if store::find_by_username(&mut tx, &username).await?.is_some() {
        return Err(Problem::conflict(
            "username_taken",
            format!("账号名“{username}”已被使用，请换一个"),
            format!("the account name `{username}` is taken; choose another"),
        )
        .at("/username"));
    }
    check_person(&mut tx, role, staff_id).await?;
    let account = Account {
        id: Uuid::now_v7(),
        username,
        password_hash,
        role,
        staff_id,
        active: true,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::add(&mut tx, &account).await?;
    tx.commit().await?;
    tracing::info!(account = account.username, role = %role, by = caller.username, "account made");
    Ok((account, made))
}

/// Sets a password; gives it if it had to be made.
pub async fn reset(
    app: &App,
    caller: &Caller,
    before: &Account,
    password: Option<String>,
) -> Result<Option<String>, Problem> {
    let (password_hash, made) = hashed(password).await?;
    let after = Account {
        password_hash,
        ..before.clone()
    };
    let mut tx = app.db.write().await?;
    store::change(
        &mut tx,
        &caller.username,
        app.now(),
        before,
        &after,
        "set_password",
    )
    .await?;
    tx.commit().await?;
    Ok(made)
}

/// Makes the first administrator if there is no account yet, and gives its name and password.
pub async fn first_administrator(app: &App) -> Result<Option<(String, String)>, Problem> {
    let mut tx = app.db.read().await?;
    if store::count(&mut tx).await? > 0 {
        return Ok(None);
    }
    drop(tx);
    let (account, made) = create(
        app,
        &Caller::command_line(),
        "admin".to_owned(),
        Role::Administrator,
        None,
        None,
    )
    .await?;
    Ok(made.map(|password| (account.username, password)))
}

async fn hashed(password: Option<String>) -> Result<(String, Option<String>), Problem> {
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
    let hash = password::hash(password).await.ok_or_else(|| {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "密码处理失败，请重试",
            "the password could not be hashed; try again",
        )
    })?;
    Ok((hash, made))
}

fn wrong_credentials() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "wrong_credentials",
        "账号或密码不正确，或账号已停用；忘记密码请联系系统管理员",
        "wrong name or password, or the account is disabled; ask the administrator for a new password",
    )
}

fn too_many_failures() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_failures",
        format!("登录失败次数过多，请 {FAILURES_COUNT_MINUTES} 分钟后再试"),
        format!("too many failed log-ins; wait {FAILURES_COUNT_MINUTES} minutes"),
    )
    .retry_after(u32::try_from(FAILURES_COUNT_MINUTES * 60).unwrap_or(900))
}
