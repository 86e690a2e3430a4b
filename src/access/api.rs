//! Logging in and out, and accounts.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::MaybeUndefined;
use poem_openapi::{ApiResponse, Object, OpenApi};
use uuid::Uuid;

use super::login::{self, Try};
use super::store::account::Account;
use super::{Role, Signed, making, service, source};
use crate::api::{Created, ETag, Instant, Limit, NoContent, Page, Tag, Tagged, kept, merged};
use crate::app::App;
use crate::problem::{ChangeFault, CreateFault, Fault, GetFault, ListFault, bits};

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
    /// The `device` that an earlier log-in from this device gave. With it, wrong guesses of others
    /// do not keep you out.
    #[oai(validator(min_length = 1, max_length = 100))]
    device: Option<String>,
}

/// A session that has begun.
#[derive(Object)]
struct Session {
    /// Send it as `Authorization: Bearer …`. It is shown this once.
    token: String,
    /// Until when the token is good, unless it is renewed.
    expires_at: Instant,
    /// Until when it can be renewed; then one must log in again.
    renewable_until: Instant,
    /// Who logged in.
    account: AccountView,
    /// Keep it on the device and send it at the next log-in. It does not log anyone in by itself.
    device: String,
}

/// How long a session lasts.
#[derive(Object)]
struct SessionTimes {
    /// Until when the token is good, unless it is renewed again.
    expires_at: Instant,
    /// Until when it can be renewed; then one must log in again.
    renewable_until: Instant,
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
struct AccountInput {
    /// The name to log in with: letters of any script, digits, `.`, `_`, `@` and `-`, without spaces. No two
    /// differ by capital letters alone.
    #[oai(validator(min_length = 1, max_length = 64))]
    username: String,
    /// What it is for.
    role: Role,
    /// The person of the staff roster that it belongs to; needed for a helper and for a unit's contact.
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
    /// Whether a password was made and shown in the first answer to the same `Idempotency-Key`. It is kept
    /// nowhere: if that answer was lost, set another one by `setPassword`.
    password_was_shown: bool,
}

/// Changes of an account (RFC 7396): what is absent stays, `null` clears.
#[derive(Object)]
struct AccountPatch {
    /// What it is for; not `null`.
    role: MaybeUndefined<Role>,
    /// The person of the staff roster that it belongs to.
    staff_id: MaybeUndefined<Uuid>,
    /// Whether it may log in; not `null`.
    active: MaybeUndefined<bool>,
}

/// A password to set.
#[derive(Object)]
struct PasswordInput {
    /// The present password: needed to set your own.
    #[oai(validator(min_length = 1, max_length = 128))]
    current_password: Option<String>,
    /// At least 8 characters. Left out, one is made and shown once in the answer.
    #[oai(validator(min_length = 8, max_length = 128))]
    password: Option<String>,
}

/// A session that begins. Its token is shown once, so it has no address of its own and no version.
#[derive(ApiResponse)]
enum Begun {
    /// The session.
    #[oai(status = 201)]
    Done(Json<Session>),
}

type LoginFault =
    Fault<{ bits::BAD_REQUEST | bits::UNAUTHORIZED | bits::BODY | bits::TOO_MANY | bits::SERVER }>;
type PasswordFault =
    Fault<{ bits::SIGNED | bits::NOT_FOUND | bits::CONFLICT | bits::BODY | bits::TOO_MANY }>;

impl AccessApi {
    fn source(&self, request: &poem::Request) -> String {
        source::of(request, &self.0.trusted_proxies)
    }
}

#[OpenApi(tag = "Tag::Access")]
impl AccessApi {
    /// Log in
    ///
    /// Gives a token that is good for twelve hours, and longer if `renewSession` is called in time: who uses it
    /// every day logs in once a week. After ten failures of one name from one address
    /// it must wait a quarter of an hour, and longer with each further failure; many failures of one
    /// name from several addresses, or of many names from one, must wait too. Whoever sends the
    /// `device` of an earlier log-in is held to the failures of that device alone.
    #[oai(path = "/sessions", method = "post", operation_id = "createSession")]
    async fn create_session(
        &self,
        request: &poem::Request,
        body: Json<Credentials>,
    ) -> Result<Begun, LoginFault> {
        let Credentials {
            username,
            password,
            device,
        } = body.0;
        let tried = Try {
            username,
            password,
            source: self.source(request),
            device,
        };
        let begun = login::log_in(&self.0, tried).await?;
        Ok(Begun::Done(Json(Session {
            token: begun.token,
            expires_at: begun.lasting.expires_at.into(),
            renewable_until: begun.lasting.renewable_until.into(),
            account: (&begun.account).into(),
            device: begun.device,
        })))
    }

    /// Renew the session
    ///
    /// The token stays the same and is good for twelve hours from now, but no longer than seven days after the
    /// log-in. Call it when a device comes into use, at the latest before `expires_at`: a token that has expired
    /// is not renewed. It may be sent again without harm.
    #[oai(
        path = "/sessions/current/renewal",
        method = "post",
        operation_id = "renewSession"
    )]
    async fn renew_session(
        &self,
        request: &poem::Request,
        _caller: Signed,
    ) -> Result<Json<SessionTimes>, ListFault> {
        let lasting = service::renew(&self.0, token_of(request)).await?;
        Ok(Json(SessionTimes {
            expires_at: lasting.expires_at.into(),
            renewable_until: lasting.renewable_until.into(),
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
        service::log_out(&self.0, token_of(request)).await?;
        Ok(NoContent::Done)
    }

    /// Who am I
    ///
    /// The account that the token belongs to.
    #[oai(path = "/accounts/me", method = "get", operation_id = "getMyAccount")]
    async fn get_my_account(&self, caller: Signed) -> Result<Tagged<AccountView>, GetFault> {
        let account = service::own(&self.0, &caller.0).await?;
        Ok(tagged(&account))
    }

    /// Get an account
    ///
    /// For administrators. With its `ETag`, which a change needs.
    #[oai(path = "/accounts/:id", method = "get", operation_id = "getAccount")]
    async fn get_account(
        &self,
        _caller: Signed,
        /// The account's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<AccountView>, GetFault> {
        let account = service::get(&self.0, id.0).await?;
        Ok(tagged(&account))
    }

    /// List accounts
    ///
    /// By name. For administrators.
    #[oai(path = "/accounts", method = "get", operation_id = "listAccounts")]
    async fn list_accounts(
        &self,
        _caller: Signed,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<AccountView>>, ListFault> {
        let limit = crate::api::limit(limit.0);
        let (accounts, next) = service::list(&self.0, cursor.0.as_deref(), limit).await?;
        Ok(Page::json(accounts.iter().map(Into::into), next))
    }

    /// Create an account
    ///
    /// For administrators. The account of a helper or of a unit's contact belongs to a person of the staff
    /// roster; a contact's unit is that person's, on the day. Sent again with the same `Idempotency-Key` it
    /// gives the same account, but not the password that was made for it: an answer that is kept could be
    /// read. `password_was_shown` says so.
    #[oai(path = "/accounts", method = "post", operation_id = "createAccount")]
    async fn create_account(
        &self,
        caller: Signed,
        /// The same key and body gives the same account again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<AccountInput>,
    ) -> Result<Created<AccountWithPassword>, CreateFault> {
        let AccountInput {
            username,
            role,
            staff_id,
            password,
        } = body.0;
        let new = making::NewAccount {
            username,
            role,
            staff_id,
            password,
        };
        let key = idempotency_key.0.as_deref();
        let made = making::create(&self.0, &caller.0, key, new).await?;
        let (id, tag) = (made.account.id, ETag(made.account.version));
        let made = AccountWithPassword {
            account: (&made.account).into(),
            password: made.password,
            password_was_shown: made.was_shown,
        };
        Ok(Created::new(made, "/accounts", id, tag))
    }

    /// Change an account
    ///
    /// For administrators. Ends the account's sessions. Once an account has been used it stays its
    /// person's; the last active administrator stays one.
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
        let AccountPatch {
            role,
            staff_id,
            active,
        } = body.0;
        let change = |before: &Account| {
            Ok(service::Change {
                role: kept(role, before.role, "/role")?,
                staff_id: merged(staff_id, before.staff_id),
                active: kept(active, before.active, "/active")?,
            })
        };
        let if_match = if_match.0.as_deref();
        let after = service::update(&self.0, &caller.0, id.0, if_match, change).await?;
        Ok(tagged(&after))
    }

    /// Unlock an account
    ///
    /// For administrators. Forgets the failed log-ins with its name, so that it need not wait.
    #[oai(
        path = "/accounts/:id/unlock",
        method = "post",
        operation_id = "unlockAccount"
    )]
    async fn unlock_account(
        &self,
        caller: Signed,
        /// The account's id.
        id: Path<Uuid>,
    ) -> Result<NoContent, GetFault> {
        service::unlock(&self.0, &caller.0, id.0).await?;
        Ok(NoContent::Done)
    }

    /// Set a password
    ///
    /// Your own, with the present one; or as an administrator anyone else's, which unlocks the account
    /// too. Ends the account's sessions.
    #[oai(
        path = "/accounts/:id/password",
        method = "post",
        operation_id = "setPassword"
    )]
    async fn set_password(
        &self,
        request: &poem::Request,
        caller: Signed,
        /// The account's id.
        id: Path<Uuid>,
        body: Json<PasswordInput>,
    ) -> Result<Tagged<AccountWithPassword>, PasswordFault> {
        let PasswordInput {
            current_password,
            password,
        } = body.0;
        let (account, made) = if id.0 == caller.0.account_id {
            let (present, source) = (current_password, self.source(request));
            service::change_own_password(&self.0, &caller.0, present, password, &source).await?
        } else {
            service::reset(&self.0, &caller.0, id.0, password).await?
        };
        let tag = ETag(account.version);
        let set = AccountWithPassword {
            account: (&account).into(),
            password: made,
            password_was_shown: false,
        };
        Ok(Tagged::new(set, tag))
    }
}

/// The token that a signed request was sent with.
fn token_of(request: &poem::Request) -> &str {
    let sent = request.header("authorization");
    sent.and_then(|value| value.split_once(' '))
        .map_or("", |(_, token)| token.trim())
}

fn tagged(account: &Account) -> Tagged<AccountView> {
    Tagged::new(account.into(), ETag(account.version))
}
