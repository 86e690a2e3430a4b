//! One error type for every answer that is not the one asked for: RFC 9457 `application/problem+json`.
//!
//! A rule that is broken is a variant of an error enum in its room's `model.rs`; the room's `api.rs`
//! turns it into a [`Problem`] once. Each problem has its text in Chinese and in English; which of
//! them is sent is decided at the very end, where the request's `Accept-Language` is known.

use poem::error::ResponseError;
use poem::http::{HeaderMap, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::Object;
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, types::ToJSON};

/// A sentence for people, in both languages that we speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Chinese (zh-CN), the language if the client asks for no other.
    pub zh: String,
    /// English.
    pub en: String,
}

/// What went wrong, for whom to read and what to do.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: Text,
    /// Each with its English words, where it has them: messages about rosters are Chinese.
    errors: Vec<(FieldProblem, Option<String>)>,
    retry_after_seconds: Option<u32>,
}

/// One place of the request that must be put right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none, rename = "FieldProblem")]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into the body, or `/file` for an uploaded workbook.
    #[oai(validator(max_length = 500))]
    pub pointer: String,
    /// What is wrong.
    #[oai(validator(max_length = 2000))]
    pub detail: String,
    /// Sheet of the workbook.
    #[oai(validator(max_length = 100))]
    pub sheet: Option<String>,
    /// Cell address, such as `J12`.
    #[oai(validator(max_length = 20))]
    pub cell: Option<String>,
    /// What stands there; identity numbers are masked.
    #[oai(validator(max_length = 500))]
    pub value: Option<String>,
    /// What to do about it.
    #[oai(rename = "cure", validator(max_length = 2000))]
    pub remedy: Option<String>,
}

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
    #[oai(validator(max_length = 2000))]
    instance: String,
    /// The kind of problem for programs.
    #[oai(validator(max_length = 100))]
    code: String,
    /// Every place that must be put right.
    #[oai(validator(max_items = 1000))]
    errors: Vec<FieldProblem>,
}

impl Problem {
    /// A problem with an HTTP status, a code for programs and its text in Chinese and English.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            detail: Text {
                zh: zh.into(),
                en: en.into(),
            },
            errors: Vec::new(),
            retry_after_seconds: None,
        }
    }

    /// 400: the request cannot be read.
    pub fn bad_request(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", zh, en)
    }

    /// 403 with a code of its own: the caller may not do this.
    pub fn forbidden(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, zh, en)
    }

    /// 404: `zh`/`en` name what was looked for, such as 户 / household.
    pub fn not_found(zh: &str, en: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("没有找到该{zh}，请核对编号，或确认您有权查看"),
            format!("no such {en}, or you may not see it"),
        )
    }

    /// 409 with a code of its own: the state of things does not allow it.
    pub fn conflict(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, zh, en)
    }

    /// 422 with a code of its own: readable, but against a rule.
    pub fn invalid(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, zh, en)
    }

    /// Adds the place in the body that must be put right; its text is the problem's own.
    #[must_use]
    pub fn at(self, pointer: &str) -> Self {
        let words = self.detail.clone();
        self.with_places(vec![(pointer.to_owned(), words)])
    }

    /// Adds places of the body that must be put right, by JSON pointer.
    #[must_use]
    pub fn with_places(mut self, places: Vec<(String, Text)>) -> Self {
        let errors = places.into_iter().map(|(pointer, words)| {
            let problem = FieldProblem {
                pointer,
                detail: words.zh,
                ..FieldProblem::default()
            };
            (problem, Some(words.en))
        });
        self.errors.extend(errors);
        self
    }

    /// Adds places that must be put right.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldProblem>) -> Self {
        self.errors
            .extend(errors.into_iter().map(|error| (error, None)));
        self
    }

    /// Says after how many seconds to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// HTTP status.
    pub fn status_code(&self) -> StatusCode {
        self.status
    }

    /// The kind of problem for programs.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The text, for the command line.
    pub fn detail(&self) -> &Text {
        &self.detail
    }

    /// The problem as JSON for a request for `path` with these headers.
    pub fn body(&self, headers: &HeaderMap, path: &str) -> ProblemBody {
        let english = prefers_english(headers);
        let title = title(self.status);
        ProblemBody {
            kind: format!("urn:qianshou:problem:{}", self.code),
            title: if english { title.1 } else { title.0 }.to_owned(),
            status: self.status.as_u16(),
            detail: if english {
                self.detail.en.clone()
            } else {
                self.detail.zh.clone()
            },
            instance: path.to_owned(),
            code: self.code.to_owned(),
            errors: self
                .errors
                .iter()
                .map(|(problem, words)| match words {
                    Some(words) if english => FieldProblem {
                        detail: words.clone(),
                        ..problem.clone()
                    },
                    _ => problem.clone(),
                })
                .collect(),
        }
    }

    /// The answer to a request for `path` with these headers.
    pub fn render(&self, headers: &HeaderMap, path: &str) -> Response {
        let english = prefers_english(headers);
        let body = self.body(headers, path);
        let mut response = Response::builder()
            .status(self.status)
            .content_type("application/problem+json; charset=utf-8")
            .header(
                header::CONTENT_LANGUAGE,
                if english { "en" } else { "zh-CN" },
            )
            .header(header::CACHE_CONTROL, "no-store");
        if self.status == StatusCode::UNAUTHORIZED {
            response = response.header(header::WWW_AUTHENTICATE, "Bearer");
        }
        if let Some(seconds) = self.retry_after_seconds {
            response = response.header(header::RETRY_AFTER, seconds);
        }
        response.body(body.to_json_string())
    }
}

/// Chinese unless the first language that the client names is English.
fn prefers_english(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|languages| {
            languages
                .trim_start()
                .to_ascii_lowercase()
                .starts_with("en")
        })
}

/// The statuses that we send, in words.
fn title(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        400 => ("请求无法识别", "Bad request"),
        401 => ("需要登录", "Authentication needed"),
        403 => ("没有权限", "Forbidden"),
        404 => ("没有找到", "Not found"),
        405 => ("不支持的方法", "Method not allowed"),
        408 => ("请求传送过慢", "Request timeout"),
        409 => ("与现有情况冲突", "Conflict"),
        412 => ("数据已被他人修改", "Changed meanwhile"),
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

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.detail.zh)?;
        for (error, _) in &self.errors {
            if error.detail != self.detail.zh {
                write!(formatter, "\n  {}: {}", error.pointer, error.detail)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.status
    }

    fn as_response(&self) -> Response {
        self.render(&HeaderMap::new(), "").into_response()
    }
}

/// A [`Problem`] as the error of an operation, with the statuses that this operation can give, which
/// the `OpenAPI` document then declares. `?` turns any error that is a problem into it.
#[derive(Debug)]
pub struct Fault<const STATUSES: u16>(Problem);

/// Each status that may be declared, as a bit of [`Fault`]'s parameter.
const STATUS_BITS: [(u16, u16, &str); 12] = [
    (
        bits::BAD_REQUEST,
        400,
        "A parameter or the body cannot be read.",
    ),
    (
        bits::UNAUTHORIZED,
        401,
        "No token, or one that is unknown or has expired.",
    ),
    (
        bits::FORBIDDEN,
        403,
        "The caller's role or responsibility does not allow it.",
    ),
    (
        bits::NOT_FOUND,
        404,
        "There is no such record, or the caller may not see it.",
    ),
    (
        bits::CONFLICT,
        409,
        "The state of the record does not allow it.",
    ),
    (
        bits::PRECONDITION,
        412,
        "The record has changed since it was read.",
    ),
    (bits::TOO_LARGE, 413, "The body is larger than allowed."),
    (
        bits::MEDIA_TYPE,
        415,
        "The content type or file type is not supported.",
    ),
    (
        bits::INVALID,
        422,
        "The content is against a rule; `errors` says where.",
    ),
    (bits::PRECONDITION_REQUIRED, 428, "`If-Match` is missing."),
    (
        bits::TOO_MANY,
        429,
        "Too many attempts; `Retry-After` says how long to wait.",
    ),
    (bits::SERVER, 500, "A fault of ours; it has been logged."),
];

/// Sets of statuses, by what an operation does.
pub mod bits {
    /// 400.
    pub const BAD_REQUEST: u16 = 1;
    /// 401.
    pub const UNAUTHORIZED: u16 = 1 << 1;
    /// 403.
    pub const FORBIDDEN: u16 = 1 << 2;
    /// 404.
    pub const NOT_FOUND: u16 = 1 << 3;
    /// 409.
    pub const CONFLICT: u16 = 1 << 4;
    /// 412.
    pub const PRECONDITION: u16 = 1 << 5;
    /// 413.
    pub const TOO_LARGE: u16 = 1 << 6;
    /// 415.
    pub const MEDIA_TYPE: u16 = 1 << 7;
    /// 422.
    pub const INVALID: u16 = 1 << 8;
    /// 428.
    pub const PRECONDITION_REQUIRED: u16 = 1 << 9;
    /// 429.
    pub const TOO_MANY: u16 = 1 << 10;
    /// 500, 503 and 507: any operation that reaches the database.
    pub const SERVER: u16 = 1 << 11;

    /// Any operation of a signed-in caller that takes a parameter.
    pub const SIGNED: u16 = BAD_REQUEST | UNAUTHORIZED | FORBIDDEN | SERVER;
    /// Any operation with a body.
    pub const BODY: u16 = TOO_LARGE | MEDIA_TYPE | INVALID;
}

/// A list, or another reading without a record of its own.
pub type ListFault = Fault<{ bits::SIGNED }>;
/// Reading one record.
pub type GetFault = Fault<{ bits::SIGNED | bits::NOT_FOUND }>;
/// Working something out of one record, which its state may not allow.
pub type WorkFault = Fault<{ bits::SIGNED | bits::NOT_FOUND | bits::CONFLICT }>;
/// Creating or doing something by a POST or PUT with a body.
pub type CreateFault = Fault<{ bits::SIGNED | bits::NOT_FOUND | bits::CONFLICT | bits::BODY }>;
/// Changing or removing one record under `If-Match`.
pub type ChangeFault = Fault<
    {
        bits::SIGNED
            | bits::NOT_FOUND
            | bits::CONFLICT
            | bits::BODY
            | bits::PRECONDITION
            | bits::PRECONDITION_REQUIRED
    },
>;

impl<E: Into<Problem>, const STATUSES: u16> From<E> for Fault<STATUSES> {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl<const STATUSES: u16> From<Fault<STATUSES>> for poem::Error {
    fn from(fault: Fault<STATUSES>) -> Self {
        fault.0.into()
    }
}

/// The body of a problem, for the document only: [`Problem::render`] writes it.
struct ProblemJson;

impl Payload for ProblemJson {
    const CONTENT_TYPE: &'static str = "application/problem+json";

    fn check_content_type(content_type: &str) -> bool {
        content_type.starts_with(Self::CONTENT_TYPE)
    }

    fn schema_ref() -> MetaSchemaRef {
        ProblemBody::schema_ref()
    }

    fn register(registry: &mut Registry) {
        ProblemBody::register(registry);
    }
}

impl<const STATUSES: u16> ApiResponse for Fault<STATUSES> {
    fn meta() -> MetaResponses {
        let response = |status, description| MetaResponse {
            description,
            status: Some(status),
            status_range: None,
            content: vec![MetaMediaType {
                content_type: ProblemJson::CONTENT_TYPE,
                schema: ProblemJson::schema_ref(),
            }],
            headers: Vec::new(),
        };
        let mut responses: Vec<_> = STATUS_BITS
            .iter()
            .filter(|(bit, ..)| STATUSES & bit != 0)
            .map(|(_, status, description)| response(*status, *description))
            .collect();
        if STATUSES & bits::SERVER != 0 {
            responses.push(response(
                503,
                "The database is busy or gone, or too many ask at once; `Retry-After` says when to try again.",
            ));
            responses.push(response(
                507,
                "The server's disk is full; the administrator must make room.",
            ));
        }
        MetaResponses { responses }
    }

    fn register(registry: &mut Registry) {
        ProblemJson::register(registry);
    }
}
