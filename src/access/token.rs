//! Bearer tokens (RFC 6750): 256 random bits, known to us only by their SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poem::Request;
use poem::http::StatusCode;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::{Bearer, BearerAuthorization};
use rand::RngExt;
use sha2::{Digest, Sha256};

use super::store::account;
use super::{Caller, shield};
use crate::app::App;
use crate::problem::Problem;
use crate::text;

/// The caller of an operation that needs a token. Get one by `createSession`.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "token", checker = "authenticate")]
pub struct Signed(pub Caller);

/// A new token, as given to the client.
pub fn generate() -> String {
    let mut bits = [0_u8; 32];
    rand::rng().fill(&mut bits);
    URL_SAFE_NO_PAD.encode(bits)
}

/// What the database knows of a token.
pub fn digest(token: &str) -> String {
    text::hex(&Sha256::digest(token.as_bytes()))
}

/// Finds out who sends a request before its body is read; the operation is then given the same
/// caller.
pub async fn sign(request: &mut Request) -> poem::Result<()> {
    let bearer = Bearer::from_request(request)?;
    let caller = authenticate(request, bearer).await?;
    request.extensions_mut().insert(caller);
    Ok(())
}

async fn authenticate(request: &Request, bearer: Bearer) -> poem::Result<Caller> {
    // Asked already, before the body was read.
    if let Some(caller) = request.extensions().get::<Caller>() {
        return Ok(caller.clone());
    }
    let app = request
        .data::<App>()
        .ok_or_else(|| poem::Error::from_status(StatusCode::INTERNAL_SERVER_ERROR))?;
    let caller = caller_of(app, &bearer.token).await?;
    shield::note(request, caller.sight());
    if changes_more_than_oneself(request) {
        caller.require_any_change()?;
    }
    Ok(caller)
}

/// Whether a request is to change anything but the caller's own session and password. It is looked at
/// here, before the body is looked at, so that a role that changes nothing is told so whatever it sends.
fn changes_more_than_oneself(request: &Request) -> bool {
    let path = request.original_uri().path();
    let of_oneself = [
        "/sessions/current",
        "/sessions/current/renewal",
        "/password",
    ];
    !request.method().is_safe() && !of_oneself.iter().any(|end| path.ends_with(end))
}

async fn caller_of(app: &App, token: &str) -> Result<Caller, Problem> {
    let mut tx = app.db.read_access().await?;
    match account::find_token(&mut tx, &digest(token)).await? {
        Some(found) if found.expires_at > app.now() => Ok(found.caller),
        Some(_) => Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "token_expired",
            "登录已过期，请重新登录（POST /api/v1/sessions）",
            "the token has expired; log in again (POST /api/v1/sessions)",
        )),
        None => Err(unauthenticated()),
    }
}

/// 401 for a request without a token that we know.
pub fn unauthenticated() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "unauthenticated",
        "请先登录（POST /api/v1/sessions），并在请求头 Authorization 中带上令牌",
        "log in first (POST /api/v1/sessions) and send the token as `Authorization: Bearer …`",
    )
}
