//! A request that can be answered once more.
//!
//! When another program has just moved the schema forward, the first statement of a request fails
//! and nothing is done: whoever sent it need not know.

use bytes::Bytes;
use poem::http::request::Parts;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Body, Request, RequestParts};

use super::problem_of;
use crate::access;
use crate::db::{SCHEMA_CHANGED, outcome};
use crate::problem::Problem;

/// All of a request, as it came.
pub struct Again {
    parts: Parts,
    local: LocalAddr,
    remote: RemoteAddr,
    scheme: Scheme,
    body: Bytes,
}

impl Again {
    /// Keeps a request whose body has been read.
    pub fn of(request: &Request, body: Bytes) -> Self {
        let (mut parts, ()) = poem::http::Request::new(()).into_parts();
        parts.method = request.method().clone();
        parts.uri = request.original_uri().clone();
        parts.version = request.version();
        parts.headers = request.headers().clone();
        parts.extensions = request.extensions().clone();
        Self {
            parts,
            local: request.local_addr().clone(),
            remote: request.remote_addr().clone(),
            scheme: request.scheme().clone(),
            body,
        }
    }

    /// Its body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The request anew.
    pub fn request(self) -> Request {
        let parts = RequestParts::from((self.parts, self.local, self.remote, self.scheme));
        Request::from_parts(parts, Body::from(self.body))
    }
}

/// Whether an error came of a schema that changed, before anything was written.
pub fn is_worth_it(error: &poem::Error) -> bool {
    error
        .downcast_ref::<Problem>()
        .is_some_and(|problem| problem.code() == SCHEMA_CHANGED)
        && !outcome::may_have_written()
}

/// [`access::sign`], which is the first to ask the database.
pub async fn sign(request: &mut Request) -> Result<(), Problem> {
    match access::sign(request).await {
        Err(error) if is_worth_it(&error) => access::sign(request).await,
        signed => signed,
    }
    .map_err(problem_of)
}
