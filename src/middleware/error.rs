//! The framework's errors, in our words. Of some it keeps only the text: the texts that are looked for
//! stand here and nowhere else.

use poem::error::{
    MethodNotAllowedError, NotFoundError, ParseJsonError, ParsePathError, ReadBodyError,
};
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
    Problem::bad_request(
        format!("请求内容没有收全，请重新发送：{error}"),
        format!("the body did not arrive whole, send it again: {error}"),
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
