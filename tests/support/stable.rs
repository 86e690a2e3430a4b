//! Answers without what differs each time the service is asked: ids, moments, secrets.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use qianshou::text::hex;
use regex::{Captures, Regex};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Builder;

/// The moment at which all invented ids were made, in milliseconds: 2026-11-30, ten o'clock in China.
const MADE_AT: u64 = 1_796_004_000_000;

/// Fields of answers that hold what nobody could have said beforehand.
const SECRETS: [&str; 5] = ["token", "device", "password", "next_cursor", "basis"];

/// The longest entity tag that is the number of a version; others are made of the content.
const LONGEST_VERSION: usize = 12;

/// Gives each value that differs from one time to the next another one, always the same for the place at
/// which it was met first, and so wherever it stands after that.
#[derive(Default)]
pub struct Stable {
    known: BTreeMap<String, String>,
}

impl Stable {
    /// An answer, met at `place`.
    pub fn answer(&mut self, answer: &Value, place: &str) -> Value {
        self.value(answer, place, &SECRETS)
    }

    /// A request: what it says of itself stays, passwords too.
    pub fn request(&mut self, request: &Value, place: &str) -> Value {
        self.value(request, place, &[])
    }

    /// A header of an answer.
    pub fn header(&mut self, name: &str, value: &str, place: &str) -> String {
        if name.eq_ignore_ascii_case("etag") && value.len() > LONGEST_VERSION {
            return format!("\"{}\"", self.secret(value, place));
        }
        self.text(value, place)
    }

    fn value(&mut self, value: &Value, place: &str, secrets: &[&str]) -> Value {
        match value {
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| {
                    let place = format!("{place}/{name}");
                    let stable = match value {
                        Value::String(text) if secrets.contains(&name.as_str()) => {
                            self.secret(text, &place).into()
                        }
                        other => self.value(other, &place, secrets),
                    };
                    (name.clone(), stable)
                })
                .collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(at, item)| self.value(item, &format!("{place}/{at}"), secrets))
                .collect(),
            Value::String(text) => self.text(text, place).into(),
            other => other.clone(),
        }
    }

    fn text(&mut self, text: &str, place: &str) -> String {
        static ID: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap()
        });
        static MOMENT: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(\d{4}-\d\d-\d\dT\d\d):\d\d:\d\d(?:\.\d+)?Z").unwrap());
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let mut at = 0;
        let text = ID.replace_all(text, |id: &Captures<'_>| {
            at += 1;
            self.invented(&id[0], || id_of(&format!("{place} {at}")))
        });
        MOMENT.replace_all(&text, "$1:00:00Z").into_owned()
    }

    fn secret(&mut self, secret: &str, place: &str) -> String {
        self.invented(secret, || {
            let digest = hex(&Sha256::digest(place));
            digest.chars().take(secret.len()).collect()
        })
    }

    fn invented(&mut self, real: &str, invent: impl FnOnce() -> String) -> String {
        let known = self.known.entry(real.to_owned());
        known.or_insert_with(invent).clone()
    }
}

fn id_of(place: &str) -> String {
    let digest = Sha256::digest(place);
    let random = digest.first_chunk::<10>().unwrap();
    Builder::from_unix_timestamp_millis(MADE_AT, random)
        .into_uuid()
        .to_string()
}
