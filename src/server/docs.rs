//! The documentation: a page that shows the document, with all that it needs inside the program.
//!
//! The page is Scalar's API reference (`docs/README.md`), set up by `docs/start.js`.

use std::io::Read;

use bytes::Bytes;
use flate2::read::GzDecoder;
use poem::http::header;
use poem::{Endpoint, EndpointExt, IntoResponse, Request, Response, Route};

/// Where the page is.
pub(super) const PATH: &str = "/docs";

const PAGE: &str = include_str!("docs/page.html");
const START: &str = include_str!("docs/start.js");
/// 4.9 MB, of which the program holds the 1.4 MB that go over the line.
const SCALAR: &[u8] = include_bytes!("docs/scalar-1.76.0.js.gz");

/// The page asks nobody but us for anything, and runs no script but ours.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:";
const SCRIPT: &str = "text/javascript; charset=utf-8";
/// Its name changes with its version.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// The page and its scripts, below [`PATH`].
pub(super) fn routes() -> Route {
    let page = text("text/html; charset=utf-8", PAGE).map_to_response();
    let page = page.after(async |response: poem::Result<Response>| {
        Ok::<_, poem::Error>(response?.with_header(header::CONTENT_SECURITY_POLICY, POLICY))
    });
    Route::new()
        .at("/", poem::get(page))
        .at("/start.js", poem::get(text(SCRIPT, START)))
        .at(
            "/scalar-1.76.0.js",
            poem::get(poem::endpoint::make_sync(|request| scalar(&request))),
        )
}

fn text(content_type: &'static str, text: &'static str) -> impl Endpoint<Output = Response> {
    poem::endpoint::make_sync(move |_| Response::builder().content_type(content_type).body(text))
}

/// As it is kept, for who takes it so.
fn scalar(request: &Request) -> poem::Result<Response> {
    let response = Response::builder()
        .content_type(SCRIPT)
        .header(header::CACHE_CONTROL, FOR_GOOD)
        .header(header::VARY, header::ACCEPT_ENCODING);
    let taken = request.header(header::ACCEPT_ENCODING);
    if taken.is_some_and(|taken| taken.contains("gzip")) {
        let response = response.header(header::CONTENT_ENCODING, "gzip");
        return Ok(response.body(Bytes::from_static(SCALAR)));
    }
    let mut script = Vec::new();
    GzDecoder::new(SCALAR)
        .read_to_end(&mut script)
        .map_err(poem::error::InternalServerError)?;
    Ok(response.body(script))
}
