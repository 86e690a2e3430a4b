//! The framework's errors, in our words. Of some it keeps only the text: the texts that are looked for
//! stand here and nowhere else.

use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::StatusCode;
use poem_openapi::error as openapi_error;

use super::limit::MAX_BODY_BYTES;
use crate::db::{self, outcome};
use crate::problem::Problem;

/// What the framework says when a form breaks off, or is none.
const BROKEN_FORM: &str = "failed to read stream";

/// A body went on beyond its limit.
#[derive(Debug, thiserror::Error)]
#[error("the body is too large")]
pub(super) struct TooLarge;

impl From<TooLarge> for std::io::Error {
    fn from(error: TooLarge) -> Self {
        Self::other(error)
    }
}

impl TooLarge {
    /// Whether the text of another error says this one.
    fn is_told_by(words: &str) -> bool {
        words.contains(&Self.to_string())
    }
}

/// What any error of the framework means for whoever sent the request.
pub(super) fn problem_of(error: poem::Error) -> Problem {
    let error = match error.downcast::<Problem>() {
        Ok(problem) => return problem,
        Err(error) => error,
    };
    let words = error.to_string();
    if TooLarge::is_told_by(&words) {
        return too_large(MAX_BODY_BYTES);
    }
    // A form is written to a temporary file as it comes in.
    if db::tells_of_full_disk(&words) {
        return db::storage_full();
    }
    if words.contains(BROKEN_FORM) {
        return Problem::bad_request(
            "上传的内容没有收全，或格式有误，请重新上传",
            "the form did not arrive whole, or is not well formed; send it again",
        );
    }
    if error.is::<openapi_error::AuthorizationError>() {
        return crate::access::unauthenticated();
    }
    if error.is::<openapi_error::ContentTypeError>() {
        return Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "内容类型不受支持，请按 /docs 中的接口说明设置 Content-Type",
            "this content type is not taken; see /docs for the type that this operation takes",
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
        // Parameters and bodies have been checked by the document, so this is rare. The framework's
        // words are for programmers.
        status if status.is_client_error() => {
            tracing::warn!(%error, "the framework refused a request");
            let code = match status {
                StatusCode::BAD_REQUEST => "bad_request",
                _ => "request_refused",
            };
            Problem::new(
                status,
                code,
                "请求与接口说明不符，请对照 /docs 检查地址、参数和内容",
                "the request is not as the API describes it; compare path, parameters and body with /docs",
            )
        }
        _ => {
            tracing::error!(%error, "unexpected error");
            internal()
        }
    }
}

pub(super) fn internal() -> Problem {
    let outcome = outcome::words();
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        format!("系统内部错误，已记录；{}", outcome.zh),
        format!("an internal error, which has been logged; {}", outcome.en),
    )
}

/// Why a body could not be read into memory.
pub(super) fn not_read(error: &std::io::Error, limit: usize) -> Problem {
    if TooLarge::is_told_by(&error.to_string()) {
        return too_large(limit);
    }
    tracing::debug!(%error, "a body broke off");
    Problem::bad_request(
        "请求内容没有收全，请重新发送",
        "the body did not arrive whole, send it again",
    )
}

/// Where a body stops being JSON.
pub(super) fn broken_json(error: &serde_json::Error, body: &[u8]) -> Problem {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Problem::bad_request(
            "缺少请求内容，应为 JSON",
            "the body is missing; it must be JSON",
        );
    }
    // The column counts bytes, people count characters.
    let line = error.line();
    let before = body
        .split(|byte| *byte == b'\n')
        .nth(line.saturating_sub(1));
    let before = before.and_then(|before| before.get(..error.column()));
    let column = before.map_or(error.column(), |before| {
        String::from_utf8_lossy(before).chars().count()
    });
    if error.is_eof() {
        return Problem::bad_request(
            format!("请求内容不完整：JSON 在第 {line} 行第 {column} 个字符处中断"),
            format!("the JSON breaks off at line {line}, character {column}"),
        );
    }
    Problem::bad_request(
        format!("请求内容不是正确的 JSON：第 {line} 行第 {column} 个字符附近有误"),
        format!("the body is no JSON: look near line {line}, character {column}"),
    )
}

/// 413 for a body that goes on beyond `limit`.
fn too_large(limit: usize) -> Problem {
    let size = if limit < 1 << 20 {
        format!("{} KiB", limit >> 10)
    } else {
        format!("{} MiB", limit >> 20)
    };
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("内容过大（此处不超过 {size}），请拆分后再提交"),
        format!("the body is too large (here up to {size}); split it"),
    )
}
