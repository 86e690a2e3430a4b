//! What all operations share: pages, created records, entity tags, workbooks to download.

mod entity_tag;
mod instant;

pub use instant::Instant;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;

use poem::http::StatusCode;
use poem::{IntoResponse, Response};
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{
    MaybeUndefined, ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type,
};
use poem_openapi::validation::Validator;
use poem_openapi::{ApiResponse, Object, Tags};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::db::{CursorKey, page};
use crate::problem::Problem;
pub use entity_tag::{CODINGS, ETag, EntityTags, NO_ENTITY_TAG};

/// Where the operations stand.
pub const API_ROOT: &str = "/api/v1";

/// The parts of the API, as the documentation groups them.
#[derive(Tags)]
pub enum Tag {
    /// Logging in and out, accounts.
    Access,
    /// The closed sets of values that fields may hold, with their labels in the language of the answer.
    CodeLists,
    /// What an office decides for itself: capacities, freshness of evidence, year plans.
    Settings,
    /// Importing rosters of households and of staff and lists of pairs, and the templates for them.
    Rosters,
    /// Households and their members.
    Households,
    /// Units and the staff who help.
    Staff,
    /// Who helps whom: runs, proposals, current and former pairings.
    Pairing,
    /// Visits to households, and what was heard and delivered.
    Visits,
    /// The six points of the method 三清楚两明确一达成 for each household.
    Method,
    /// Lifting a household out of poverty, step by step, and relapses.
    Lifts,
    /// Progress toward the year's target, and the workbooks to hand up and to sign.
    Progress,
    /// Whether the service is well.
    Health,
}

/// One page of a list.
#[derive(Object)]
pub struct Page<T: Type + ParseFromJSON + ToJSON> {
    /// The items, in a stable order.
    #[oai(validator(max_items = 200))]
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

/// Declares a whole number of a parameter that has bounds wherever it is used: `poem-openapi` checks
/// bounds at each use of a plain number, and at none of a new type.
macro_rules! bounded {
    ($(#[doc = $description:literal])+ $name:ident, $from:literal, $to:literal) => {
        $(#[doc = $description])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name(pub i64);

        impl Type for $name {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                concat!("integer(", $from, "..", $to, ")").into()
            }

            fn schema_ref() -> MetaSchemaRef {
                MetaSchemaRef::Inline(Box::new(MetaSchema {
                    description: Some(concat!($($description),+).trim_start()),
                    minimum: Some(f64::from($from)),
                    maximum: Some(f64::from($to)),
                    ..MetaSchema::new_with_format("integer", "int32")
                }))
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
                Box::new(std::iter::once(self))
            }
        }

        impl ParseFromParameter for $name {
            fn parse_from_parameter(text: &str) -> ParseResult<Self> {
                match text.parse() {
                    Ok(number) if ($from..=$to).contains(&number) => Ok(Self(number)),
                    _ => Err(ParseError::custom(concat!($from, " – ", $to))),
                }
            }
        }
    };
}

bounded! {
    /// The number of items that one page may have: 50 if not said.
    Limit, 1, 200
}

bounded! {
    /// A calendar year.
    Year, 2000, 2100
}

/// A validator of texts, beside `min_length = 1`: something other than white space. The framework's
/// own `pattern` compiles its expression anew for each text, which for a list of a thousand takes
/// seconds.
#[derive(Debug)]
pub struct NotBlank;

impl std::fmt::Display for NotBlank {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("it is blank")
    }
}

impl<T: AsRef<str>> Validator<T> for NotBlank {
    fn check(&self, value: &T) -> bool {
        !value.as_ref().trim().is_empty()
    }
}

/// The limit to use.
pub fn limit(limit: Option<Limit>) -> i64 {
    limit.map_or(page::DEFAULT_LIMIT, |limit| limit.0)
}

/// The cursors of one list, which is named so that one of another list is refused.
#[derive(Clone, Copy, Debug)]
pub struct Cursors<'a> {
    key: Option<&'a CursorKey>,
    list: &'static str,
}

impl App {
    /// The cursors of the list that this operation gives.
    pub fn cursors(&self, operation: &'static str) -> Cursors<'_> {
        Cursors {
            key: self.db.cursor_key(),
            list: operation,
        }
    }
}

impl Cursors<'_> {
    /// The sort key after which the page begins that a request asks for.
    pub fn after<K: DeserializeOwned>(&self, cursor: Option<&str>) -> Result<Option<K>, Problem> {
        let open = |cursor: &str| self.key?.open(self.list, cursor);
        cursor
            .map(|cursor| {
                open(cursor).ok_or_else(|| {
                    Problem::bad_request(
                        "cursor 无效：请原样使用上一页给出的 next_cursor",
                        "invalid `cursor`: send the `next_cursor` of the page before as it is",
                    )
                    .at_parameter("query", "cursor")
                })
            })
            .transpose()
    }

    /// The `next_cursor` of a page whose last row has this sort key.
    pub fn next<K: Serialize>(
        &self,
        last: Option<page::Last<K>>,
    ) -> Result<Option<String>, Problem> {
        let Some(page::Last(last)) = last else {
            return Ok(None);
        };
        let key = self.key.ok_or_else(|| cannot_seal(&"no key"))?;
        let cursor = key.seal(self.list, &last);
        cursor.map(Some).map_err(|error| cannot_seal(&error))
    }
}

/// A page without the cursor of the next one would end the list too early.
fn cannot_seal(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "the cursor of a list cannot be sealed");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "系统内部错误，已记录；请联系系统管理员",
        "an internal error, which has been logged; tell the administrator",
    )
}

/// A field after a merge patch (RFC 7396): absent stays, `null` clears.
pub fn merged<T>(sent: MaybeUndefined<T>, old: Option<T>) -> Option<T> {
    match sent {
        MaybeUndefined::Value(value) => Some(value),
        MaybeUndefined::Undefined => old,
        MaybeUndefined::Null => None,
    }
}

/// A field after a merge patch that always has a value: absent stays. 422 for `null`, which would clear it; it
/// was sent at `pointer`.
pub fn kept<T>(sent: MaybeUndefined<T>, old: T, pointer: &str) -> Result<T, Problem> {
    match sent {
        MaybeUndefined::Value(value) => Ok(value),
        MaybeUndefined::Undefined => Ok(old),
        MaybeUndefined::Null => Err(Problem::invalid(
            "cannot_clear",
            "此项不能清空；不改动时请不要写出这一项",
            "this cannot be cleared; leave it out to keep what it is",
        )
        .at(pointer)),
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
    Done(
        Json<T>,
        /// Where the record can be read.
        #[oai(header = "Location")]
        String,
        /// The record's version, as reading it gives it.
        #[oai(header = "ETag")]
        String,
    ),
}

impl<T: ToJSON> Created<T> {
    /// The answer to a request that made a record, which is read by its id below `path`.
    pub fn new(record: T, path: &str, id: Uuid, tag: ETag) -> Self {
        let location = format!("{API_ROOT}{path}/{id}");
        Self::Done(Json(record), location, tag.to_string())
    }
}

/// Done, with nothing to say.
#[derive(ApiResponse)]
pub enum NoContent {
    /// Done.
    #[oai(status = 204)]
    Done,
}

/// The bytes of an .xlsx workbook as the body of an answer.
pub struct Xlsx(Vec<u8>);

impl Payload for Xlsx {
    const CONTENT_TYPE: &'static str =
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "binary")))
    }
}

impl IntoResponse for Xlsx {
    fn into_response(self) -> Response {
        Response::builder()
            .content_type(Self::CONTENT_TYPE)
            .body(self.0)
    }
}

/// A workbook to download.
#[derive(ApiResponse)]
pub enum Workbook {
    /// The workbook.
    #[oai(status = 200)]
    File(
        Xlsx,
        /// The name to save it under: Chinese by RFC 5987, with an ASCII one for old programs.
        #[oai(header = "Content-Disposition")]
        String,
        /// Changes with the content; send it as `If-None-Match` to ask whether there is a newer one.
        #[oai(header = "ETag")]
        String,
    ),
    /// The workbook is the one that `If-None-Match` names.
    #[oai(status = 304)]
    NotModified(
        /// As it was sent.
        #[oai(header = "ETag")]
        String,
    ),
}

impl Workbook {
    /// The answer to a request for a workbook whose name is `name` (with its `.xlsx`), or for
    /// programs that read no Chinese `ascii_name`. `if_none_match` is the header as it came.
    pub fn new(bytes: Vec<u8>, name: &str, ascii_name: &str, if_none_match: Option<&str>) -> Self {
        let etag = format!("\"{}\"", crate::text::hex(&Sha256::digest(&bytes)[..16]));
        let kept = if_none_match.and_then(EntityTags::read);
        let unchanged = kept.is_some_and(|kept| kept.name_weakly(&etag));
        if unchanged {
            Self::NotModified(etag)
        } else {
            Self::File(Xlsx(bytes), content_disposition(name, ascii_name), etag)
        }
    }
}

/// What RFC 5987 (3.2.1, `attr-char`) lets stand unescaped, as far as we need it.
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// `Content-Disposition` (RFC 6266) that saves under a Chinese name where it is understood. Signs that
/// Windows allows in no name of a file, such as the `*` of a mask, become `_`.
fn content_disposition(name: &str, ascii_name: &str) -> String {
    let name = name.replace(['\\', '/', ':', '*', '?', '"', '<', '>', '|'], "_");
    let ascii_name: String = ascii_name
        .chars()
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => character,
            _ => '_',
        })
        .collect();
    format!(
        "attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{}",
        utf8_percent_encode(&name, ATTRIBUTE)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_has_a_chinese_name_and_an_ascii_one() {
        assert_eq!(
            content_disposition("进度 2020.xlsx", "a\"b\r\n.xlsx"),
            "attachment; filename=\"a_b__.xlsx\"; filename*=UTF-8''%E8%BF%9B%E5%BA%A6%202020.xlsx"
        );
    }

    #[test]
    fn the_same_workbook_is_not_sent_twice() {
        let Workbook::File(_, _, etag) = Workbook::new(b"one".to_vec(), "一", "one", None) else {
            panic!("sent the first time");
        };
        let again = |bytes: &[u8]| Workbook::new(bytes.to_vec(), "一", "one", Some(&etag));
        assert!(matches!(again(b"one"), Workbook::NotModified(_)));
        assert!(matches!(again(b"two"), Workbook::File(..)));
    }
}
