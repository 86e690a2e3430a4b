//! Retrying a request after a change of the schema.
//!
//! When another program migrates the schema, a statement of a request fails and nothing is done. The
//! client need not know: the request waits until the schema has changed, and is answered then.

use std::time::{Duration, Instant};

use bytes::Bytes;
use poem::http::request::Parts;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Body, Request, RequestParts};

use super::error::problem_of;
use crate::access;
use crate::db::{SCHEMA_CHANGED, outcome};
use crate::problem::Problem;

/// How long a request waits for a change of the schema.
const LONGEST: Duration = Duration::from_secs(20);
/// How long to wait between two tries.
const PAUSE: Duration = Duration::from_millis(25);

/// All of a request, as it came.
pub struct Again {
    parts: Parts,
    local: LocalAddr,
    remote: RemoteAddr,
    scheme: Scheme,
    body: Bytes,
    came: Instant,
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
            came: Instant::now(),
        }
    }

    pub fn body(&self) -> &Bytes {
        &self.body
    }

    pub fn request(&self) -> Request {
        let parts = RequestParts::from((
            self.parts.clone(),
            self.local.clone(),
            self.remote.clone(),
            self.scheme.clone(),
        ));
        Request::from_parts(parts, Body::from(self.body.clone()))
    }

    /// [`paused_to_try_again`], counted from when the request came.
    pub async fn paused_to_try_again(&self, error: &poem::Error) -> bool {
        paused_to_try_again(error, self.came).await
    }
}

/// Whether an error came of a schema that changes, before anything was written, so that the request may
/// be tried again: then this has waited a moment. False once a client has been kept waiting for too long.
async fn paused_to_try_again(error: &poem::Error, came: Instant) -> bool {
    let problem = error.downcast_ref::<Problem>();
    let worth_it = problem.is_some_and(|problem| problem.code() == SCHEMA_CHANGED)
        && !outcome::may_have_written()
        && came.elapsed() < LONGEST;
    if worth_it {
        tokio::time::sleep(PAUSE).await;
    }
    worth_it
}

/// [`access::sign`], which is the first to ask the database.
pub async fn sign(request: &mut Request, operation: &str) -> Result<(), Problem> {
    let came = Instant::now();
    let mut signed = access::sign(request, operation).await;
    while let Err(error) = &signed
        && paused_to_try_again(error, came).await
    {
        signed = access::sign(request, operation).await;
    }
    signed.map_err(problem_of)
}
