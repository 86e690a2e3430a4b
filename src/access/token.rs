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
use super::{Caller, rule, shield};
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

/// Finds out who sends a request for an operation, and whether they [may](rule::admit), before its body is
/// read. Only so does an operation get its caller.
pub async fn sign(request: &mut Request, operation: &str) -> poem::Result<()> {
    let bearer = Bearer::from_request(request)?;
    let app = request
        .data::<App>()
        .ok_or_else(|| poem::Error::from_status(StatusCode::INTERNAL_SERVER_ERROR))?;
    let caller = caller_of(app, &bearer.token).await?;
    shield::note(request, caller.sight());
    rule::admit(&caller, operation)?;
    request.extensions_mut().insert(caller);
    Ok(())
}

/// The caller that [`sign`] let in. A request that did not pass there has none.
#[expect(clippy::unused_async, reason = "the framework waits for it")]
async fn authenticate(request: &Request, _bearer: Bearer) -> poem::Result<Caller> {
    let caller = request.extensions().get::<Caller>();
    Ok(caller.cloned().ok_or_else(unauthenticated)?)
}

async fn caller_of(app: &App, token: &str) -> Result<Caller, Problem> {
    let mut tx = app.db.read_access().await?;
    match account::find_token(&mut tx, &digest(token)).await? {
        Some(found) if found.expires_at > app.now() => Ok(found.caller),
        Some(_) => Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "token_expired",
            "登录已过期，请重新登录",
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
