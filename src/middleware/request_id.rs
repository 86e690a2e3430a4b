//! The id of a request, by which an answer and its line in the log are found together.

use poem::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header, in requests and in answers.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id that is taken over from whoever sends one, such as a proxy.
const LONGEST: usize = 64;

/// The id of a request: the one that it was sent with, or a new one.
#[derive(Debug)]
pub struct RequestId(String);

impl RequestId {
    /// Takes over an id of letters, digits, `-`, `_` and `.`: any other could write into the log what it likes.
    pub fn of(headers: &HeaderMap) -> Self {
        let is_plain = |sent: &&str| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            (1..=LONGEST).contains(&sent.len()) && sent.bytes().all(is_plain)
        };
        let sent = headers.get(HEADER).and_then(|sent| sent.to_str().ok());
        let sent = sent.filter(is_plain).map(str::to_owned);
        Self(sent.unwrap_or_else(|| Uuid::now_v7().to_string()))
    }

    /// As the log has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says it in an answer.
    pub fn tell(&self, answer: &mut HeaderMap) {
        if let Ok(id) = HeaderValue::from_str(&self.0) {
            answer.insert(HEADER, id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_taken_over_if_it_is_plain() {
        let id_of = |sent: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, sent.parse().unwrap());
            RequestId::of(&headers).0
        };
        for sent in ["a", "01a2-B_c.3", &"x".repeat(64)] {
            assert_eq!(id_of(sent), sent);
        }
        for sent in ["", "a b", "a\"", "a=b", &"x".repeat(65)] {
            assert!(Uuid::parse_str(&id_of(sent)).is_ok(), "{sent}");
        }
        assert!(Uuid::parse_str(&RequestId::of(&HeaderMap::new()).0).is_ok());
    }
}
