//! Visits that a telephone sends together after a day without a network, and the answer.

use std::borrow::Cow;

use poem_openapi::Object;
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{ParseFromJSON, ParseResult, ToJSON, Type};
use serde_json::Value;
use uuid::Uuid;

use super::model::{Visit, VisitFacts};
use crate::problem::{Problem, ProblemBody};

/// Visits logged while there was no network.
#[derive(Object)]
pub struct VisitBatch {
    /// The visits, each with its own key.
    #[oai(validator(min_items = 1, max_items = 50))]
    pub visits: Vec<Readable<BatchedVisit>>,
}

/// One visit of a batch.
#[derive(Object)]
pub struct BatchedVisit {
    /// What `Idempotency-Key` is for a single visit: the telephone makes one for each visit.
    #[oai(validator(min_length = 1, max_length = 200))]
    pub idempotency_key: String,
    /// The household that was visited.
    pub household_id: Uuid,
    /// What is said of the visit.
    pub visit: VisitFacts,
}

/// What became of each visit of a batch.
#[derive(Object)]
pub struct BatchAnswer {
    /// One for each visit, in the order in which they were sent.
    #[oai(validator(max_items = 50))]
    pub results: Vec<BatchResult>,
}

/// What became of one visit of a batch.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct BatchResult {
    /// The key that was sent, if it could be read.
    pub idempotency_key: Option<String>,
    /// The status that the visit would have got by itself: 201 if it is logged, now or before.
    pub status: u16,
    /// The visit, if it is logged.
    pub visit: Option<Visit>,
    /// Why it is not logged; put it right and send it again, with a new key if the content changes.
    pub problem: Option<ProblemBody>,
}

/// An item of a list that is read by itself: one that cannot be read leaves the others alone.
/// In the `OpenAPI` document it is `T`.
pub struct Readable<T> {
    /// What was read; nothing if it could not be.
    pub item: Option<T>,
    /// The key as sent, where there is one.
    pub key: Option<String>,
}

impl<T> Readable<T> {
    /// The item, or the problem that says which one could not be read. `position` counts from 0.
    ///
    /// What is wrong with it by the document is told before this is asked for.
    pub fn read(self, position: usize) -> Result<T, Problem> {
        self.item.ok_or_else(|| {
            Problem::bad_request(
                format!(
                    "第 {} 条走访与接口说明不符，请对照 /docs 检查",
                    position + 1
                ),
                format!(
                    "visit {} is not as the API describes it; compare it with /docs",
                    position + 1
                ),
            )
            .at(&format!("/visits/{position}"))
        })
    }
}

impl<T: ParseFromJSON> ParseFromJSON for Readable<T> {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        let key = value
            .as_ref()
            .and_then(|value| value.get("idempotency_key")?.as_str())
            .map(|key| key.chars().take(200).collect());
        Ok(Self {
            item: T::parse_from_json(value)
                .inspect_err(|error| tracing::warn!(error = error.message(), "an item was refused"))
                .ok(),
            key,
        })
    }
}

impl<T: ToJSON> ToJSON for Readable<T> {
    fn to_json(&self) -> Option<Value> {
        self.item.as_ref().and_then(ToJSON::to_json)
    }
}

impl<T: Type> Type for Readable<T> {
    const IS_REQUIRED: bool = T::IS_REQUIRED;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}
