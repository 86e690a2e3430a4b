//! A problem as it is sent: in which language, with which title and headers.

use poem::error::ResponseError;
use poem::http::{HeaderMap, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::Object;
use poem_openapi::types::ToJSON;

use super::{FieldProblem, Language, Problem};

/// A problem as it is sent (RFC 9457): by [`Problem::render`], or as part of an answer about several
/// things of which this one failed.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Problem", skip_serializing_if_is_none)]
pub struct ProblemBody {
    /// A name for this kind of problem, stable over time.
    #[oai(rename = "type", validator(max_length = 200))]
    kind: String,
    /// The kind of problem in words.
    #[oai(validator(max_length = 200))]
    title: String,
    /// HTTP status.
    #[oai(validator(minimum(value = "400"), maximum(value = "599")))]
    status: u16,
    /// What happened this time and what to do.
    #[oai(validator(max_length = 4000))]
    detail: String,
    /// Path of the request.
    #[oai(validator(max_length = 65536))]
    instance: String,
    /// The kind of problem for programs.
    #[oai(validator(max_length = 100))]
    code: String,
    /// Every place that must be put right.
    #[oai(validator(max_items = 1000))]
    errors: Vec<FieldProblem>,
}

impl Problem {
    /// The problem as JSON for a request for `path` with these headers.
    pub fn body(&self, headers: &HeaderMap, path: &str) -> ProblemBody {
        // It may be part of an answer about several things.
        Language::speak();
        let language = Language::of(headers);
        let english = language == Language::English;
        let title = title(self.status, self.code);
        ProblemBody {
            kind: format!("urn:qianshou:problem:{}", self.code),
            title: if english { title.1 } else { title.0 }.to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.spoken(language).to_owned(),
            instance: path.to_owned(),
            code: self.code.to_owned(),
            errors: self
                .errors
                .iter()
                .map(|error| FieldProblem {
                    detail: error.detail.only(language),
                    value: error.value.as_ref().map(|value| value.only(language)),
                    remedy: error.remedy.as_ref().map(|remedy| remedy.only(language)),
                    ..error.clone()
                })
                .collect(),
        }
    }

    /// The answer to a request for `path` with these headers.
    pub fn render(&self, headers: &HeaderMap, path: &str) -> Response {
        let body = self.body(headers, path);
        let mut response = Response::builder()
            .status(self.status)
            .content_type("application/problem+json; charset=utf-8")
            .header(header::CACHE_CONTROL, "no-store");
        if self.status == StatusCode::UNAUTHORIZED {
            response = response.header(header::WWW_AUTHENTICATE, "Bearer");
        }
        if let Some(seconds) = self.retry_after_seconds {
            response = response.header(header::RETRY_AFTER, seconds);
        }
        let mut response = response.body(body.to_json_string());
        Language::of(headers).tell(response.headers_mut());
        response
    }
}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.status
    }

    fn as_response(&self) -> Response {
        self.render(&HeaderMap::new(), "").into_response()
    }
}

/// The statuses that we send, in words; of one status, the code tells who is not logged in from who could not.
fn title(status: StatusCode, code: &str) -> (&'static str, &'static str) {
    match status.as_u16() {
        401 if code == "wrong_credentials" => ("登录失败", "Log-in failed"),
        400 => ("请求无法识别", "Bad request"),
        401 => ("需要登录", "Authentication needed"),
        403 => ("没有权限", "Forbidden"),
        404 => ("没有找到", "Not found"),
        405 => ("不支持的方法", "Method not allowed"),
        408 => ("请求传送过慢", "Request timeout"),
        409 => ("与现有情况冲突", "Conflict"),
        412 => ("记录已有更改", "Changed meanwhile"),
        413 => ("内容过大", "Content too large"),
        415 => ("不支持的文件或内容类型", "Unsupported media type"),
        422 => ("内容不符合规则", "Against a rule"),
        428 => ("缺少 If-Match", "Precondition required"),
        429 => ("请求过于频繁", "Too many requests"),
        503 => ("暂时无法服务", "Service unavailable"),
        507 => ("磁盘已满", "Insufficient storage"),
        _ => ("系统内部错误", "Internal error"),
    }
}
