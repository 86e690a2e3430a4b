//! One error type for every answer that is not the one asked for: RFC 9457 `application/problem+json`.
//!
//! A rule that is broken is a variant of an error enum in its room's `model.rs`; the room's `api.rs`
//! turns it into a [`Problem`] once. Each problem has its text in Chinese and in English; which of
//! them is sent is decided at the very end, where the request's `Accept-Language` is known.

mod body;
mod codes;
mod fault;
mod language;
mod text;

use poem::http::StatusCode;
use poem_openapi::Object;

pub use self::body::ProblemBody;
pub use self::codes::CODES;
pub use self::fault::{ChangeFault, CreateFault, Fault, GetFault, ListFault, WorkFault, bits};
pub(crate) use self::language::say;
pub use self::language::{Language, counted, weighted};
pub use self::text::Text;
pub(crate) use self::text::words;

/// What went wrong, for whom to read and what to do.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: Text,
    errors: Vec<FieldProblem>,
    retry_after_seconds: Option<u32>,
}

/// One place of the request that must be put right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none, rename = "FieldProblem")]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into the body, or `/file` for an uploaded workbook. Of a parameter
    /// `/query/NAME`, `/path/NAME` or `/header/NAME`; `parameter` is there then.
    #[oai(validator(max_length = 500))]
    pub pointer: String,
    /// Name of the parameter of the query, the path or the header that is meant, if it is no place in
    /// the body.
    #[oai(validator(max_length = 100))]
    pub parameter: Option<String>,
    /// What is wrong.
    #[oai(validator(max_length = 2000))]
    pub detail: Text,
    /// Sheet of the workbook.
    #[oai(validator(max_length = 100))]
    pub sheet: Option<String>,
    /// Cell address, such as `J12`.
    #[oai(validator(max_length = 20))]
    pub cell: Option<String>,
    /// What stands there; identity numbers are masked.
    #[oai(validator(max_length = 500))]
    pub value: Option<Text>,
    /// What to do about it.
    #[oai(rename = "cure", validator(max_length = 2000))]
    pub remedy: Option<Text>,
}

impl Problem {
    /// A problem with an HTTP status, a code for programs and its text in Chinese and English.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        debug_assert!(
            CODES.iter().any(|(known, _)| *known == code),
            "{code} does not stand in problem/codes.rs"
        );
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
            format!("没有找到该{zh}，请核对后重试，或确认您有权查看"),
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

    /// Adds the parameter of the `query`, the `path` or a `header` that must be put right; its text is the problem's
    /// own.
    #[must_use]
    pub fn at_parameter(self, sent_in: &str, name: &str) -> Self {
        let words = self.detail.clone();
        self.with_place(format!("/{sent_in}/{name}"), Some(name.to_owned()), words)
    }

    /// Adds places of the body that must be put right, by JSON pointer.
    #[must_use]
    pub fn with_places(self, places: Vec<(String, Text)>) -> Self {
        places.into_iter().fold(self, |problem, (pointer, words)| {
            problem.with_place(pointer, None, words)
        })
    }

    /// Adds one place that must be put right: in the body, or the `parameter` of this name.
    #[must_use]
    pub fn with_place(mut self, pointer: String, parameter: Option<String>, words: Text) -> Self {
        self.errors.push(FieldProblem {
            pointer,
            parameter,
            detail: words,
            ..FieldProblem::default()
        });
        self
    }

    /// The problem of a part of a body, for whoever sent the whole: its places stand below `pointer`.
    #[must_use]
    pub fn below(mut self, pointer: &str) -> Self {
        for error in &mut self.errors {
            error.pointer.insert_str(0, pointer);
        }
        self
    }

    /// The same, where the body has as a field, at `pointer`, what is a parameter of the request elsewhere.
    #[must_use]
    pub fn with_parameter_at(mut self, pointer: &str) -> Self {
        for error in &mut self.errors {
            if error.parameter.take().is_some() {
                pointer.clone_into(&mut error.pointer);
            }
        }
        self
    }

    /// Adds places that must be put right.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldProblem>) -> Self {
        self.errors.extend(errors);
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
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.detail.zh)?;
        for error in &self.errors {
            if error.detail != self.detail {
                write!(formatter, "\n  {}: {}", error.pointer, error.detail.zh)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
