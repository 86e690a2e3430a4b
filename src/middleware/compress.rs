//! Answers that are compressed for clients that take them so (`Accept-Encoding`, RFC 9110, 12.5.3).
//!
//! Texts that are read are compressed: JSON, the document, the documentation. Nothing else is: a stream of
//! events must not wait in a buffer, and workbooks are compressed already. Tokens and passwords stand in
//! answers to POST alone, which are left as they are: the length of a compressed answer tells something of
//! what stands in it.

use std::sync::Arc;

use poem::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use poem::web::{Compress, CompressionAlgo};
use poem::{Endpoint, IntoResponse, Request, Response};

use crate::api::{CODINGS, EntityTags};
use crate::problem::weighted;

/// A shorter answer travels in one packet or two anyway.
const SHORTEST: usize = 1 << 10;

/// Compresses an answer where it may be, and says so. It must stand outside of whatever reads answers.
pub async fn compress<E: Endpoint>(endpoint: Arc<E>, request: Request) -> poem::Result<Response> {
    let is_read = request.method() == Method::GET;
    let coding = best(request.headers());
    let mut response = endpoint.call(request).await?.into_response();
    if !is_read || response.status() != StatusCode::OK || !is_text(&response) {
        return Ok(response);
    }
    let vary = HeaderValue::from_static("accept-encoding");
    response.headers_mut().append(header::VARY, vary);
    let named = coding.and_then(|name| Some((name, name.parse::<CompressionAlgo>().ok()?)));
    let Some((name, algorithm)) = named else {
        return Ok(response);
    };
    let body = response.take_body().into_bytes().await;
    let body = body.map_err(poem::error::InternalServerError)?;
    let is_short = body.len() < SHORTEST;
    response.set_body(body);
    if is_short {
        return Ok(response);
    }
    tell_coding(response.headers_mut(), name);
    Ok(Compress::new(response, algorithm).into_response())
}

fn is_text(response: &Response) -> bool {
    let kinds = ["application/json", "application/yaml", "text/html"];
    let is_encoded = response.headers().contains_key(header::CONTENT_ENCODING);
    let kind = response.content_type().unwrap_or_default();
    !is_encoded && kinds.iter().any(|known| kind.starts_with(known))
}

/// The coding of ours that a request likes best; none if it likes an answer as it is as well or better.
fn best(headers: &HeaderMap) -> Option<&'static str> {
    let sent = headers.get_all(header::ACCEPT_ENCODING).iter();
    let sent: Vec<_> = sent.filter_map(|value| value.to_str().ok()).collect();
    let wishes: Vec<_> = sent.iter().flat_map(|value| weighted(value)).collect();
    let wish = |coding: &str| {
        let of = |name: &str| wishes.iter().find(|(wished, _)| wished == name);
        of(coding).or_else(|| of("*")).map(|(_, weight)| *weight)
    };
    let mut found = None;
    let mut most = 0;
    for name in CODINGS {
        if let Some(weight) = wish(name).filter(|weight| *weight > most) {
            (found, most) = (Some(name), weight);
        }
    }
    let plain = wishes.iter().find(|(name, _)| name == "identity");
    found.filter(|_| plain.is_none_or(|(_, weight)| *weight <= most))
}

/// An entity tag names one sequence of bytes (RFC 9110, 8.8.3.3): compressed it is another one, by which
/// [`EntityTags`] knows the version all the same.
fn tell_coding(headers: &mut HeaderMap, coding: &str) {
    let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    let tag = tag.map(|tag| EntityTags::of_coding(tag, coding));
    if let Some(tag) = tag.and_then(|tag| tag.parse().ok()) {
        headers.insert(header::ETAG, tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coding_is_the_one_that_weighs_most() {
        for (sent, coding) in [
            ("gzip", "gzip"),
            ("GZIP", "gzip"),
            ("gzip, deflate, br, zstd", "zstd"),
            ("gzip, deflate, br", "br"),
            ("gzip;q=1.0, zstd;q=0.5", "gzip"),
            ("gzip ; q=0.8 , br ; q=0.9", "br"),
            ("*", "zstd"),
            ("*;q=0.5, gzip", "gzip"),
            ("zstd;q=0, *", "br"),
            ("identity;q=0.5, gzip;q=0.6", "gzip"),
            ("identity, gzip;q=0.5", ""),
            ("identity", ""),
            ("deflate", ""),
            ("gzip;q=0", ""),
            ("gzip;q=high", ""),
            ("", ""),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, sent.parse().unwrap());
            let found = best(&headers).unwrap_or_default();
            assert_eq!(found, coding, "{sent:?}");
        }
        assert!(best(&HeaderMap::new()).is_none());
    }
}
