//! A moment as the API writes it.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use poem_openapi::registry::MetaSchemaRef;
use poem_openapi::types::{ParseFromJSON, ParseResult, ToJSON, Type};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A moment, written in UTC with `Z` (RFC 3339). The framework writes `+00:00` for a
/// [`DateTime<Utc>`], which the validators of several clients refuse.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type,
)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Instant(pub DateTime<Utc>);

impl From<DateTime<Utc>> for Instant {
    fn from(moment: DateTime<Utc>) -> Self {
        Self(moment)
    }
}

impl Type for Instant {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        DateTime::<Utc>::name()
    }

    fn schema_ref() -> MetaSchemaRef {
        DateTime::<Utc>::schema_ref()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ToJSON for Instant {
    fn to_json(&self) -> Option<Value> {
        let text = self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        Some(Value::String(text))
    }
}

impl ParseFromJSON for Instant {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        let moment = DateTime::<Utc>::parse_from_json(value);
        moment
            .map(Self)
            .map_err(poem_openapi::types::ParseError::propagate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_z() {
        for (moment, text) in [
            ("2026-03-01T08:00:00Z", "2026-03-01T08:00:00Z"),
            ("2026-03-01T16:00:00.120+08:00", "2026-03-01T08:00:00.120Z"),
            ("2026-03-01T08:00:00.123456Z", "2026-03-01T08:00:00.123456Z"),
        ] {
            let read = Instant::parse_from_json(Some(moment.into())).unwrap();
            assert_eq!(read.to_json(), Some(text.into()), "{moment}");
        }
    }
}
