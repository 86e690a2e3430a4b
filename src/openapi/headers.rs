//! Headers of answers, which the framework writes in capitals.

use serde_json::Value;

/// Writes the names of the headers of an answer as people know them.
pub(super) fn name(response: &mut Value) {
    let Some(headers) = response.get_mut("headers").and_then(Value::as_object_mut) else {
        return;
    };
    *headers = std::mem::take(headers)
        .into_iter()
        .map(|(name, header)| (known(&name), header))
        .collect();
}

fn known(name: &str) -> String {
    if name.eq_ignore_ascii_case("etag") {
        return "ETag".to_owned();
    }
    let word = |word: &str| {
        let (first, rest) = word.split_at(usize::from(!word.is_empty()));
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_have_the_names_that_people_know() {
        for (name, written) in [
            ("ETAG", "ETag"),
            ("LOCATION", "Location"),
            ("CONTENT-DISPOSITION", "Content-Disposition"),
            ("X-REQUEST-ID", "X-Request-Id"),
        ] {
            assert_eq!(known(name), written);
        }
    }
}
