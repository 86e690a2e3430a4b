//! Pages of other origins that may use the API from a browser (CORS), as the setting `cors_origins` says: none
//! if it says nothing. The caller is known by a token that the page itself sends, never by a cookie, so no
//! credentials of the browser's are asked for.

use poem::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use poem::{Request, Response};

/// What stands for any origin.
const ANY_ORIGIN: &str = "*";
/// Headers that a page may send.
const SENT: &str = "authorization, content-type, accept-language, if-match, if-none-match, idempotency-key, x-request-id";
/// Headers that a page may read beside those that it may always read.
const READ: &str = "etag, location, x-request-id, retry-after, content-disposition, content-encoding, allow, www-authenticate, ratelimit, ratelimit-policy";
/// How long a browser may rely on what it was told, in seconds.
const MAX_AGE: &str = "3600";

/// What a request from a page of another origin is told.
#[derive(Debug)]
pub struct Cors {
    /// The origin that is let in.
    origin: Option<HeaderValue>,
    /// Whom the setting lets in: where answers differ by the origin, they must say so.
    let_in: LetIn,
    is_preflight: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LetIn {
    Nobody,
    Some,
    Anybody,
}

impl Cors {
    /// Of a request, where pages of these origins are let in.
    pub fn of(request: &Request, origins: &[String]) -> Self {
        let let_in = match origins {
            [] => LetIn::Nobody,
            origins if origins.iter().any(|origin| origin == ANY_ORIGIN) => LetIn::Anybody,
            _ => LetIn::Some,
        };
        let origin = request.headers().get(header::ORIGIN);
        let origin = origin.filter(|sent| {
            let_in == LetIn::Anybody || origins.iter().any(|origin| *sent == origin.as_str())
        });
        let asks = |name: HeaderName| request.headers().contains_key(name);
        Self {
            is_preflight: origin.is_some()
                && request.method() == Method::OPTIONS
                && asks(header::ACCESS_CONTROL_REQUEST_METHOD),
            origin: origin.cloned(),
            let_in,
        }
    }

    /// Whether a browser asks if it may send a request.
    pub fn is_preflight(&self) -> bool {
        self.is_preflight
    }

    /// Says in an answer, be it an error, who may read it.
    pub fn tell(self, answer: &mut HeaderMap) {
        match self.let_in {
            LetIn::Nobody => return,
            LetIn::Some => {
                answer.append(header::VARY, HeaderValue::from_static("origin"));
            }
            LetIn::Anybody => {}
        }
        let Some(origin) = self.origin else { return };
        let allowed = match self.let_in {
            LetIn::Anybody => HeaderValue::from_static(ANY_ORIGIN),
            _ => origin,
        };
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        answer.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(READ),
        );
    }
}

/// The answer to a browser that asks whether it may send a request to a path that takes these methods.
pub fn preflight(methods: &str) -> Response {
    Response::builder()
        .status(StatusCode::NO_CONTENT)
        .header(header::ACCESS_CONTROL_ALLOW_METHODS, methods)
        .header(header::ACCESS_CONTROL_ALLOW_HEADERS, SENT)
        .header(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE)
        .finish()
}
