//! The last thing that an answer of the API goes through: texts that people wrote are masked for who
//! may not see the numbers in them, whichever operation sends them.
//!
//! An operation need not remember it, and a new one cannot forget it. A caller without a valid token
//! sees no number whole, not even the one that they sent.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use poem::http::{StatusCode, header};
use poem::{Endpoint, IntoResponse, Request, Response};
use serde_json::Value;

use super::sight::Sight;
use crate::api::API_ROOT;
use crate::problem::Problem;

/// Where the check of the token leaves what the caller may see.
#[derive(Clone, Default)]
struct Seen(Arc<OnceLock<Sight>>);

/// Notes what the caller of a request may see.
pub fn note(request: &Request, sight: Sight) {
    if let Some(seen) = request.extensions().get::<Seen>() {
        // A request has one caller: a second one changes nothing.
        let _ = seen.0.set(sight);
    }
}

/// Masks what the caller may not see in an answer of the API. It must stand outside of whatever
/// makes errors, and inside of whatever compresses.
pub async fn shield<E: Endpoint>(endpoint: Arc<E>, mut request: Request) -> poem::Result<Response> {
    let is_api = request.uri().path().starts_with(API_ROOT);
    let (headers, path) = (request.headers().clone(), request.uri().path().to_owned());
    let seen = Seen::default();
    request.extensions_mut().insert(seen.clone());
    let response = endpoint.call(request).await?.into_response();
    let sight = seen.0.get().copied().unwrap_or_default();
    if !is_api || sight.sees_all() || !is_json(&response) {
        return Ok(response);
    }
    Ok(masked(response, sight)
        .await
        .unwrap_or_else(|_unreadable| cannot_mask().render(&headers, &path)))
}

fn is_json(response: &Response) -> bool {
    response
        .content_type()
        .is_some_and(|kind| kind.starts_with("application/json") || kind.contains("+json"))
}

async fn masked(mut response: Response, sight: Sight) -> Result<Response, Unreadable> {
    // What is compressed cannot be looked through, so it is not sent.
    if response.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(Unreadable);
    }
    let body = response.take_body().into_bytes().await;
    let body = body.map_err(|_| Unreadable)?;
    if body.is_empty() {
        return Ok(response);
    }
    let mut json: Value = serde_json::from_slice(&body).map_err(|_| Unreadable)?;
    if mask(&mut json, "", sight) {
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.set_body(json.to_string());
    } else {
        response.set_body(body);
    }
    Ok(response)
}

struct Unreadable;

fn cannot_mask() -> Problem {
    tracing::error!("an answer could not be looked through for private numbers and was not sent");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "系统内部错误，已记录；请联系系统管理员",
        "an internal error, which has been logged; tell the administrator",
    )
}

/// Masks the texts below a value; whether any was changed.
fn mask(value: &mut Value, key: &str, sight: Sight) -> bool {
    match value {
        Value::String(text) => {
            let Cow::Owned(shown) = shown(text, key, sight) else {
                return false;
            };
            let changed = shown != *text;
            *text = shown;
            changed
        }
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |changed, item| mask(item, key, sight) | changed),
        Value::Object(fields) => {
            let changed_field = fields.get("pointer").and_then(Value::as_str).map(last_key);
            fields.iter_mut().fold(false, |changed, (key, field)| {
                // What stood and stands in a field of a record is shown as that field is.
                let key = match key.as_str() {
                    "old" | "new" | "old_words" | "new_words" => {
                        changed_field.as_deref().unwrap_or(key)
                    }
                    key => key,
                };
                mask(field, key, sight) | changed
            })
        }
        _ => false,
    }
}

fn last_key(pointer: &str) -> String {
    pointer.rsplit('/').next().unwrap_or_default().to_owned()
}

fn shown<'a>(text: &'a str, key: &str, sight: Sight) -> Cow<'a, str> {
    match key {
        // Decided where the view is made, or made by us and read by programs.
        "identity_number" | "birth_date" | "phone" | "token" | "device" | "password"
        | "username" | "cursor" | "next_cursor" => Cow::Borrowed(text),
        "number" | "household_number" => sight.register_number(text),
        // A person of the staff is no household that the reader serves.
        "staff_number" => sight.elsewhere().register_number(text),
        // A file holds many households, and its name may be about any of them.
        "file_name" => sight.elsewhere().text(text),
        "label" | "unit" | "position" | "specialty" => sight.of_labels().text(text),
        _ => sight.text(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_masked_wherever_they_stand() {
        let mut answer = json!({
            "note": "电话13800138000",
            "phone": "13900139000",
            "items": [{ "reasons": ["证件320999194912310028"], "amount_fen": 13800138000_i64 }],
            "number": "320999001002000123",
            "household_number": "11010519491231002X",
            "changes": [
                { "pointer": "/number", "old": "320999001002000123" },
                { "pointer": "/remark", "old": "320999001002000123" },
            ],
            "at": "2026-11-29T10:00:00Z",
            "wishes": "治好尿毒症",
            "codes": [{ "code": "disabled", "label": "残疾" }],
            "position": "肿瘤科主任13800138000",
        });
        assert!(mask(&mut answer, "", Sight::NOTHING));
        assert_eq!(
            answer,
            json!({
                "note": "电话138******00",
                "phone": "13900139000",
                "items": [{ "reasons": ["证件320*************28"], "amount_fen": 13800138000_i64 }],
                "number": "320999001002000123",
                "household_number": "110*************2X",
                "changes": [
                    { "pointer": "/number", "old": "320999001002000123" },
                    { "pointer": "/remark", "old": "320*************23" },
                ],
                "at": "2026-11-29T10:00:00Z",
                "wishes": "治好***",
                "codes": [{ "code": "disabled", "label": "残疾" }],
                "position": "肿瘤科主任138******00",
            })
        );
        assert!(!mask(&mut answer, "", Sight::NOTHING), "once is enough");
    }
}
