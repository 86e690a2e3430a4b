//! Which problems an operation can give, for the document: [`Fault`].

use poem_openapi::ApiResponse;
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchemaRef, Registry};
use poem_openapi::types::Type;

use super::Problem;
use super::body::ProblemBody;

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
