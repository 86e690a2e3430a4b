//! What all operations share: pages, created records, entity tags.

use poem::http::StatusCode;
use poem_openapi::payload::Json;
use poem_openapi::types::{ParseFromJSON, ToJSON, Type};
use poem_openapi::{ApiResponse, NewType, Object};
use serde::de::DeserializeOwned;

use crate::db::page;
use crate::problem::Problem;

/// One page of a list.
#[derive(Object)]
pub struct Page<T: Type + ParseFromJSON + ToJSON> {
    /// The items, in a stable order.
    pub items: Vec<T>,
    /// Send it as `cursor` to get the next page; `null` on the last one.
    pub next_cursor: Option<String>,
}

impl<T: Type + ParseFromJSON + ToJSON> Page<T> {
    /// The answer to a request for a list.
    pub fn json(items: impl IntoIterator<Item = T>, next_cursor: Option<String>) -> Json<Self> {
        Json(Self {
            items: items.into_iter().collect(),
            next_cursor,
        })
    }
}

/// The number of items that one page may have: 1 to 200, 50 if not said.
#[derive(Clone, Copy, NewType)]
pub struct Limit(#[oai(validator(minimum(value = "1"), maximum(value = "200")))] i64);

/// The limit to use.
pub fn limit(limit: Option<Limit>) -> i64 {
    limit.map_or(page::DEFAULT_LIMIT, |limit| {
        limit.0.clamp(1, page::MAX_LIMIT)
    })
}

/// The sort key after which the page begins.
pub fn after<K: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<K>, Problem> {
    cursor
        .map(|cursor| {
            page::decode(cursor).ok_or_else(|| {
                Problem::bad_request(
                    "cursor 无效：请原样使用上一页给出的 next_cursor",
                    "invalid `cursor`: send the `next_cursor` of the page before as it is",
                )
            })
        })
        .transpose()
}

/// The version of a record, as its entity tag (RFC 9110, 8.8.3).
#[derive(Clone, Copy, Debug)]
pub struct ETag(pub i64);

impl std::fmt::Display for ETag {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "\"{}\"", self.0)
    }
}

impl ETag {
    /// Refuses a change of a record by one who has not read its latest version.
    pub fn must_match(self, if_match: Option<&str>) -> Result<(), Problem> {
        match if_match {
            None => Err(Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "if_match_required",
                "请先读取该记录，并在 If-Match 中带上它的 ETag",
                "read the record first and send its ETag as `If-Match`",
            )),
            Some(sent) if sent == "*" || sent.trim() == self.to_string() => Ok(()),
            Some(_) => Err(Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "changed_meanwhile",
                "该记录已被他人修改，请重新读取后再改",
                "the record has changed since you read it; read it again",
            )),
        }
    }
}

/// A record with its entity tag.
#[derive(ApiResponse)]
pub enum Tagged<T: ToJSON> {
    /// The record.
    #[oai(status = 200)]
    Found(
        Json<T>,
        /// The record's version; send it as `If-Match` to change it.
        #[oai(header = "ETag")]
        String,
    ),
}

impl<T: ToJSON> Tagged<T> {
    /// The answer to a request for one record.
    pub fn new(record: T, tag: ETag) -> Self {
        Self::Found(Json(record), tag.to_string())
    }
}

/// A record that was made.
#[derive(ApiResponse)]
pub enum Created<T: ToJSON> {
    /// The record, made now or by the same request before.
    #[oai(status = 201)]
    Done(Json<T>),
}

impl<T: ToJSON> Created<T> {
    /// The answer to a request that made a record.
    pub fn new(record: T) -> Self {
        Self::Done(Json(record))
    }
}

/// Done, with nothing to say.
#[derive(ApiResponse)]
pub enum NoContent {
    /// Done.
    #[oai(status = 204)]
    Done,
}
