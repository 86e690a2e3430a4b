//! Fields that stand twice in a JSON object. Which of them holds is nowhere said (RFC 8259, 4), and parsers take
//! one without a word: the other would be swallowed.

use std::collections::HashSet;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::fault::{MOST_PLACES, Place, token};
use crate::problem::Text;

/// The places of all fields of a JSON text that stood before in the same object. Of what is no JSON there are none.
pub fn fields_that_stand_twice(json: &[u8]) -> Vec<Place> {
    let mut found = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(json);
    let whole = Walk {
        pointer: String::new(),
        found: &mut found,
    };
    // Why it is no JSON is told where it is read.
    let _ = whole.deserialize(&mut reader);
    found
}

/// Walks through one value.
struct Walk<'f> {
    pointer: String,
    found: &'f mut Vec<Place>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let pointer = format!("{}/{}", self.pointer, token(&name));
            if !names.insert(name) && self.found.len() < MOST_PLACES {
                let words = Text::new("此项写了两次，请只保留一个", "stands twice; send it once");
                self.found.push(Place::in_body(pointer.clone(), words));
            }
            map.next_value_seed(Walk {
                pointer,
                found: &mut *self.found,
            })?;
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<(), S::Error> {
        let mut at = 0;
        loop {
            let item = Walk {
                pointer: format!("{}/{at}", self.pointer),
                found: &mut *self.found,
            };
            if items.next_element_seed(item)?.is_none() {
                return Ok(());
            }
            at += 1;
        }
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_stands_twice_is_found_at_any_depth() {
        let pointers = |json: &str| -> Vec<String> {
            let found = fields_that_stand_twice(json.as_bytes()).into_iter();
            found.map(|place| place.pointer).collect()
        };
        assert_eq!(
            pointers(r#"{"a":1,"b":{"a":true},"c":[{"a":null},{"a":""}]}"#),
            [""; 0]
        );
        assert_eq!(pointers(r#"{"a":1,"a":2}"#), ["/a"]);
        assert_eq!(
            pointers(r#"{"a":[1.5,{"x/y":-1,"x/y":{}}],"b":{"c":1,"\u0063":2}}"#),
            ["/a/1/x~1y", "/b/c"]
        );
        assert_eq!(pointers(r#"{"a":1,"a":"#), ["/a"]);
        assert_eq!(pointers("no"), [""; 0]);
    }
}
