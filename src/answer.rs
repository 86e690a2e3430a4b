//! What every request and every answer goes through: limits of size, the form of errors, headers,
//! the log.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use poem::error::{
    MethodNotAllowedError, NotFoundError, ParseJsonError, ParsePathError, ReadBodyError,
};
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Body, Endpoint, IntoResponse, Request, Response};
use poem_openapi::error as openapi_error;

use crate::access::idempotency;
use crate::api::API_ROOT;
use crate::db::outcome;
use crate::openapi::Document;
use crate::problem::{Problem, Text};
use crate::workbook::limit::MAX_FILE_BYTES;

/// Largest body of a request: the largest file that is read, and what a form adds to it. It is written
/// to a temporary file as it comes in.
#[expect(clippy::cast_possible_truncation, reason = "it fits in 32 bits")]
pub const MAX_BODY_BYTES: usize = MAX_FILE_BYTES as usize + (1 << 20);
/// Largest JSON body, which is read into memory whole: a batch of visits is about 1 MiB.
pub const MAX_JSON_BYTES: usize = 4 * 1024 * 1024;

/// Gives every error the form of a problem, and every answer the headers that all share.
pub async fn answer<E: Endpoint>(
    endpoint: Arc<E>,
    request: Request,
    description: Arc<Document>,
) -> poem::Result<Response> {
    let headers = request.headers().clone();
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let started = std::time::Instant::now();
    let answering = answered(endpoint, request, &description);
    let mut response = match outcome::of_one_request(answering).await {
        Ok(response) => response,
        Err(problem) => problem.render(&headers, &path),
    };
    let shared = response.headers_mut();
    shared.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if response.status() == StatusCode::METHOD_NOT_ALLOWED
        && let Ok(methods) = description.methods(below_root(&path)).parse()
    {
        response.headers_mut().insert(header::ALLOW, methods);
    }
    // The path alone: query parameters may hold names.
    tracing::info!(%method, path, status = response.status().as_u16(), milliseconds = started.elapsed().as_millis(), "request");
    Ok(response)
}

fn below_root(path: &str) -> &str {
    path.strip_prefix(API_ROOT).unwrap_or_default()
}

async fn answered<E: Endpoint>(
    endpoint: Arc<E>,
    request: Request,
    description: &Document,
) -> Result<Response, Problem> {
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let has_key = request.headers().contains_key(idempotency::HEADER);
    let (request, json) = limited(request).await?;
    match AssertUnwindSafe(endpoint.call(request))
        .catch_unwind()
        .await
    {
        Ok(Ok(response)) => Ok(response.into_response()),
        Ok(Err(error)) => {
            if error.is::<openapi_error::ParseRequestPayloadError>() {
                let faults = description.body_faults(method.as_str(), below_root(&path), &json);
                if !faults.is_empty() {
                    return Err(faulty_body(faults));
                }
            }
            let parameter = error.downcast_ref::<openapi_error::ParseParamError>();
            if !has_key && parameter.is_some_and(|it| it.name == idempotency::HEADER) {
                return Err(idempotency::missing());
            }
            Err(problem_of(error))
        }
        // The hook for panics has written down where.
        Err(_panic) => Err(internal()),
    }
}

/// The request with a body that is not larger than it may be, and its JSON: read whole, or else a
/// body that ends in an error once it is too large. A length that is announced is believed no more
/// than one that is not.
async fn limited(mut request: Request) -> Result<(Request, Bytes), Problem> {
    let is_json = request
        .content_type()
        .is_some_and(|kind| kind.starts_with("application/json"));
    let body = request.take_body();
    if is_json {
        let json = body
            .into_bytes_limit(MAX_JSON_BYTES)
            .await
            .map_err(|error| problem_of(error.into()))?;
        if holds_nul(request.uri().query().unwrap_or_default(), &json) {
            return Err(nul());
        }
        request.set_body(json.clone());
        return Ok((request, json));
    }
    if holds_nul(request.uri().query().unwrap_or_default(), b"") {
        return Err(nul());
    }
    let mut left = MAX_BODY_BYTES;
    let body = body.into_bytes_stream().map(move |chunk| {
        let chunk = chunk?;
        left = left.checked_sub(chunk.len()).ok_or(TooLarge)?;
        Ok::<_, std::io::Error>(chunk)
    });
    request.set_body(Body::from_bytes_stream(body));
    Ok((request, Bytes::new()))
}

/// Whether a text of the request holds the character NUL, which PostgreSQL cannot store.
fn holds_nul(query: &str, json: &[u8]) -> bool {
    let escaped = b"\\u0000";
    query.contains("%00")
        || json.windows(escaped.len()).any(|six| six == escaped)
            && serde_json::from_slice(json).is_ok_and(|json| any_text_holds_nul(&json))
}

fn any_text_holds_nul(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(any_text_holds_nul),
        serde_json::Value::Object(fields) => fields.values().any(any_text_holds_nul),
        _ => false,
    }
}

fn nul() -> Problem {
    Problem::bad_request(
        "内容中有无法保存的字符（U+0000），请删除后再提交",
        "a text holds the character U+0000, which cannot be stored; leave it out",
    )
}

/// A body went on beyond [`MAX_BODY_BYTES`].
#[derive(Debug, thiserror::Error)]
#[error("the body is too large")]
struct TooLarge;

impl From<TooLarge> for std::io::Error {
    fn from(error: TooLarge) -> Self {
        Self::other(error)
    }
}

/// Whether [`TooLarge`] is at the bottom of an error.
fn is_too_large(error: &poem::Error) -> bool {
    error.to_string().contains("the body is too large")
}

/// The framework's own errors, in our words.
fn problem_of(error: poem::Error) -> Problem {
    let error = match error.downcast::<Problem>() {
        Ok(problem) => return problem,
        Err(error) => error,
    };
    let words = error.to_string();
    if is_too_large(&error) || error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!(
                "内容过大（文件不超过 {} MiB，其他内容不超过 {} MiB），请拆分后再提交",
                MAX_BODY_BYTES >> 20,
                MAX_JSON_BYTES >> 20
            ),
            format!(
                "the body is too large (files up to {} MiB, all else up to {} MiB); split it",
                MAX_BODY_BYTES >> 20,
                MAX_JSON_BYTES >> 20
            ),
        );
    }
    if error.is::<openapi_error::AuthorizationError>() {
        return crate::access::unauthenticated();
    }
    if let Some(parameter) = error.downcast_ref::<openapi_error::ParseParamError>() {
        return Problem::bad_request(
            format!("参数 {} 无效：{}", parameter.name, parameter.reason),
            format!("parameter `{}`: {}", parameter.name, parameter.reason),
        );
    }
    if error.is::<openapi_error::ParseRequestPayloadError>()
        || error.is::<openapi_error::ParseMultipartError>()
        || error.is::<ParseJsonError>()
        || error.is::<ReadBodyError>()
    {
        return Problem::bad_request(format!("请求内容无法识别：{words}"), words);
    }
    if error.is::<ParsePathError>() || error.is::<openapi_error::ParsePathError>() {
        return Problem::bad_request(format!("地址中的编号无效：{words}"), words);
    }
    if let Some(refused) = error.downcast_ref::<openapi_error::ContentTypeError>() {
        return Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "内容类型不受支持，请按 /docs 中的接口说明设置 Content-Type",
            format!("{refused}; see /docs for the type that this operation takes"),
        );
    }
    if error.is::<NotFoundError>() {
        return Problem::new(
            StatusCode::NOT_FOUND,
            "no_such_path",
            "没有这个地址，请查看 /docs 中的接口说明",
            "no such path, see /docs",
        );
    }
    if error.is::<MethodNotAllowedError>() {
        return Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "此地址不支持这个方法，请查看 /docs 中的接口说明",
            "this path does not take that method, see /docs",
        );
    }
    match error.status() {
        status if status.is_client_error() => Problem::new(
            status,
            "request_refused",
            format!("请求无法处理：{words}"),
            words,
        ),
        _ => {
            tracing::error!(%error, "unexpected error");
            internal()
        }
    }
}

/// What is wrong with the body, place by place; the framework's own words name no place.
fn faulty_body(faults: Vec<(String, Text)>) -> Problem {
    let count = faults.len();
    Problem::bad_request(
        format!("请求内容有 {count} 处需要更正，见 errors"),
        format!("{count} places of the body must be put right, see `errors`"),
    )
    .with_places(faults)
}

fn internal() -> Problem {
    let outcome = outcome::words();
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        format!("系统内部错误，已记录；{}", outcome.zh),
        format!("an internal error, which has been logged; {}", outcome.en),
    )
}

#[cfg(test)]
mod tests {
    use poem::EndpointExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_with_a_problem() {
        let description = Arc::new(Document::new("{}"));
        let endpoint = poem::endpoint::make_sync(|_| -> Response { panic!("a fault of ours") })
            .around(move |endpoint, request| answer(endpoint, request, description.clone()));
        let response = endpoint.call(Request::default()).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = response.into_body().into_string().await.unwrap();
        assert!(body.contains("urn:qianshou:problem:internal"), "{body}");
        assert!(!body.contains("a fault of ours"), "{body}");
    }

    #[test]
    fn nul_is_found_where_it_is_a_character() {
        assert!(holds_nul("a=%00", b""));
        assert!(holds_nul("", br#"{"a":["\u0000"]}"#));
        assert!(!holds_nul("a=%20", br#"{"a":["\\u0000"]}"#));
    }
}
