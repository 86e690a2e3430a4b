//! What is wrong with a body, place by place.

use crate::problem::{Problem, Text};

/// A place in a body (RFC 6901), and what is wrong there.
pub type Place = (String, Text);

/// What is wrong with the items of a list that are taken one by one: among a request's extensions.
#[derive(Clone, Debug, Default)]
pub struct ItemFaults(pub(super) Vec<Place>);

impl ItemFaults {
    /// What is wrong with the item whose place is `item`, such as `/visits/3`.
    pub fn of(&self, item: &str) -> Option<Problem> {
        let is_there = |pointer: &str| {
            let below = pointer.strip_prefix(item);
            below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
        };
        let places = self.0.iter().filter(|(pointer, _)| is_there(pointer));
        let places: Vec<Place> = places.cloned().collect();
        (!places.is_empty()).then(|| faulty_body(places))
    }
}

/// Most places that one answer names.
const MOST_PLACES: usize = 100;

/// 400 for a body in which these places must be put right.
pub fn faulty_body(mut places: Vec<Place>) -> Problem {
    let count = places.len();
    places.truncate(MOST_PLACES);
    Problem::bad_request(
        format!("请求内容有 {count} 处需要更正，见 errors"),
        format!("{count} places of the body must be put right, see `errors`"),
    )
    .with_places(places)
}
