//! What is wrong with a request, place by place.

use poem::http::StatusCode;

use crate::problem::{Problem, Text};

/// Most places that one answer names.
pub(super) const MOST_PLACES: usize = 100;

/// A place of a request that must be put right.
#[derive(Clone, Debug)]
pub struct Place {
    /// In the body a JSON pointer (RFC 6901); of a parameter where it is sent, and its name.
    pub pointer: String,
    /// The parameter's name; nothing for a place in the body.
    pub parameter: Option<String>,
    /// Whether the operation knows no field or parameter of this name.
    pub is_unknown: bool,
    /// What is wrong there.
    pub words: Text,
}

impl Place {
    /// A place in the body.
    pub fn in_body(pointer: impl Into<String>, words: Text) -> Self {
        Self {
            pointer: pointer.into(),
            parameter: None,
            is_unknown: false,
            words,
        }
    }

    /// A parameter that is sent in the `query`, the `path` or a `header`.
    pub fn of_parameter(sent_in: &str, name: &str, words: Text) -> Self {
        Self {
            parameter: Some(name.to_owned()),
            ..Self::in_body(format!("/{sent_in}/{}", token(name)), words)
        }
    }

    /// The same, where nothing of this name is known.
    #[must_use]
    pub fn unknown(self) -> Self {
        Self {
            is_unknown: true,
            ..self
        }
    }

    /// A sentence about this place alone.
    fn sentence(&self) -> Text {
        let Self { words, pointer, .. } = self;
        match &self.parameter {
            Some(name) => Text::new(
                format!("参数 {name}：{}", words.zh),
                format!("parameter `{name}`: {}", words.en),
            ),
            None if pointer.is_empty() => Text::new(
                format!("请求内容：{}", words.zh),
                format!("the body: {}", words.en),
            ),
            None => Text::new(
                format!("请求内容的 {pointer}：{}", words.zh),
                format!("`{pointer}` of the body: {}", words.en),
            ),
        }
    }
}

/// A name as a part of a JSON pointer. Nobody means one that is very long.
pub(super) fn token(name: &str) -> String {
    let name: String = name.chars().take(100).collect();
    name.replace('~', "~0").replace('/', "~1")
}

/// What is wrong with the items of a list that are taken one by one: among a request's extensions.
#[derive(Clone, Debug, Default)]
pub struct ItemFaults(pub(super) Vec<Place>);

impl ItemFaults {
    /// What is wrong with the item whose place is `item`, such as `/visits/3`.
    pub fn of(&self, item: &str) -> Option<Problem> {
        let is_there = |place: &&Place| {
            let below = place.pointer.strip_prefix(item);
            below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
        };
        let places: Vec<Place> = self.0.iter().filter(is_there).cloned().collect();
        (!places.is_empty()).then(|| faulty_request(places))
    }
}

/// The refusal of a request in which these places must be put right: 422 for a name in the body that
/// nobody knows, 400 for all else.
pub fn faulty_request(places: Vec<Place>) -> Problem {
    let count = places.len();
    let mut unknown = places.iter().filter(|place| place.is_unknown);
    let (status, code) = match unknown.next() {
        None => (StatusCode::BAD_REQUEST, "bad_request"),
        // Parameters come first.
        Some(place) if place.parameter.is_some() => (StatusCode::BAD_REQUEST, "unknown_parameter"),
        Some(_) => (StatusCode::UNPROCESSABLE_ENTITY, "unknown_field"),
    };
    let detail = match places.as_slice() {
        [only] => only.sentence(),
        _ => Text::new(
            format!("请求有 {count} 处需要更正，见 errors"),
            format!("{count} places of the request must be put right, see `errors`"),
        ),
    };
    let problem = Problem::new(status, code, detail.zh, detail.en);
    places
        .into_iter()
        .take(MOST_PLACES)
        .fold(problem, |problem, place| {
            problem.with_place(place.pointer, place.parameter, place.words)
        })
}
