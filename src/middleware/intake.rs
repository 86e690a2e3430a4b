//! What a request must be before an operation sees it: from whom, how large, and readable.
//!
//! Bodies are limited before anything parses them, whatever `Content-Type` says: only the body of an
//! operation that takes a form is passed on as it comes in, all others are read into memory here.

mod form;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use percent_encoding::percent_decode_str;
use poem::http::{StatusCode, header};
use poem::{Body, Request};
use poem_openapi::payload::{Json, Payload};
use serde_json::Value;

use super::again::{self, Again};
use super::error::{TooLarge, not_read, problem_of};
use super::limit::{
    MAX_BODY_BYTES, MAX_JSON_BYTES, MAX_JSON_VALUES, MAX_STRANGER_BYTES, MEMORY_BODY_TIME,
};
use crate::access::{Caller, Permission};
use crate::openapi::{ItemFaults, Operation, faulty_body};
use crate::problem::{Problem, Text};
use crate::text::is_storable;

const JSON: &str = "application/json";
const FORM: &str = "multipart/form-data";

/// Refuses requests that no operation should see, also a form from a caller who may not send one. Gives
/// the others on, with what is needed to answer them once more.
pub async fn take_in(
    mut request: Request,
    operation: Option<Operation<'_>>,
) -> Result<(Request, Option<Again>), Problem> {
    let needs_token = operation.is_some_and(Operation::needs_token);
    if needs_token {
        again::sign(&mut request).await?;
    }
    check_address(&request, operation)?;
    check_encoding(&request)?;
    let body = request.take_body();
    if operation.is_some_and(|operation| operation.takes(FORM)) && is_form(&request) {
        if let Some(caller) = request.extensions().get::<Caller>() {
            caller.require(Permission::KeepRegister)?;
        }
        let boundary = request.content_type().and_then(form::boundary);
        let form = form::with_short_heads(limited(body, MAX_BODY_BYTES), boundary.as_deref());
        request.set_body(Body::from_bytes_stream(form));
        return Ok((request, None));
    }
    let takes_json = operation.filter(|operation| operation.takes(JSON));
    let limit = match takes_json {
        Some(_) if needs_token => MAX_JSON_BYTES,
        _ => MAX_STRANGER_BYTES,
    };
    let bytes = in_memory(body, limit).await?;
    if let Some(operation) = takes_json.filter(|_| is_json(&request)) {
        let item_faults = check_json(operation, &bytes)?;
        request.extensions_mut().insert(item_faults);
    }
    let again = Again::of(&request, bytes.clone());
    request.set_body(bytes);
    Ok((request, Some(again)))
}

/// The framework's own test.
fn is_json(request: &Request) -> bool {
    request
        .content_type()
        .is_some_and(<Json<Value> as Payload>::check_content_type)
}

/// As the framework tests the type of a form.
fn is_form(request: &Request) -> bool {
    request
        .content_type()
        .and_then(|kind| kind.parse::<mime::Mime>().ok())
        .is_some_and(|kind| kind.essence_str() == FORM)
}

/// Refuses texts in path and query that cannot be stored, and days out of range.
fn check_address(request: &Request, operation: Option<Operation<'_>>) -> Result<(), Problem> {
    let path = percent_decode_str(request.uri().path()).decode_utf8_lossy();
    let parameters: Vec<(String, String)> =
        request.params().map_err(|error| problem_of(error.into()))?;
    let texts = parameters.iter().flat_map(|(name, value)| [name, value]);
    if !path
        .chars()
        .chain(texts.flat_map(|text| text.chars()))
        .all(is_storable)
    {
        return Err(unstorable());
    }
    let Some(operation) = operation else {
        return Ok(());
    };
    for (name, value) in &parameters {
        if let Some(Text { zh, en }) = operation.parameter_fault(name, value) {
            return Err(Problem::bad_request(
                format!("参数 {name} 无效：{zh}"),
                format!("parameter `{name}`: {en}"),
            ));
        }
    }
    Ok(())
}

/// A packed body may be a thousand times as large once unpacked; nobody here unpacks it.
fn check_encoding(request: &Request) -> Result<(), Problem> {
    let encoding = request.headers().get(header::CONTENT_ENCODING);
    if encoding.is_none_or(|encoding| encoding == "identity") {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "不接受压缩的请求内容，请去掉 Content-Encoding 后原样发送",
        "packed bodies are not taken; send it without `Content-Encoding`",
    ))
}

/// The body as it comes in, which ends in an error once it is too large. `Content-Length` is not
/// relied on.
fn limited(body: Body, limit: usize) -> impl Stream<Item = std::io::Result<Bytes>> {
    let mut left = limit;
    body.into_bytes_stream().map(move |chunk| {
        let chunk = chunk?;
        left = left.checked_sub(chunk.len()).ok_or(TooLarge)?;
        Ok(chunk)
    })
}

async fn in_memory(body: Body, limit: usize) -> Result<Bytes, Problem> {
    let read = async {
        let mut stream = std::pin::pin!(limited(body, limit));
        let mut whole = BytesMut::new();
        while let Some(chunk) = stream.next().await {
            whole.extend_from_slice(&chunk.map_err(|error| not_read(&error, limit))?);
        }
        Ok(whole.freeze())
    };
    tokio::time::timeout(MEMORY_BODY_TIME, read)
        .await
        .unwrap_or_else(|_| Err(too_slow()))
}

/// Refuses a JSON body that cannot be stored or is not what the document says. One that is no JSON
/// is left to the framework, which says where it breaks off.
fn check_json(operation: Operation<'_>, bytes: &[u8]) -> Result<ItemFaults, Problem> {
    if values_at_most(bytes) > MAX_JSON_VALUES {
        return Err(too_many_values());
    }
    let Ok(json) = serde_json::from_slice(bytes) else {
        return Ok(ItemFaults::default());
    };
    if !all_texts_storable(&json) {
        return Err(unstorable());
    }
    let (faults, item_faults) = operation.body_faults(&json);
    if faults.is_empty() {
        Ok(item_faults)
    } else {
        Err(faulty_body(faults))
    }
}

/// How many values and names a JSON text holds, or more than that if it is none.
fn values_at_most(json: &[u8]) -> usize {
    let (mut in_text, mut escaped, mut count) = (false, false, 1);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b',' | b':' | b'[' | b'{' if !in_text => count += 1,
            _ => {}
        }
    }
    count
}

fn too_many_values() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("内容的项数过多（不超过 {MAX_JSON_VALUES} 项），请拆分后再提交"),
        format!("the body holds too many values (up to {MAX_JSON_VALUES}); split it"),
    )
}

fn all_texts_storable(json: &Value) -> bool {
    match json {
        Value::String(text) => text.chars().all(is_storable),
        Value::Array(items) => items.iter().all(all_texts_storable),
        Value::Object(fields) => fields
            .iter()
            .all(|(name, value)| name.chars().all(is_storable) && all_texts_storable(value)),
        _ => true,
    }
}

fn unstorable() -> Problem {
    Problem::bad_request(
        "内容中有无法保存的控制字符（如 U+0000），请删除后再提交",
        "a text holds a control character that cannot be stored, such as U+0000; leave it out",
    )
}

/// What is wrong with a body that the operation did not take; the framework's own words name no place.
pub fn refused_body(operation: Option<Operation<'_>>, bytes: &[u8]) -> Option<Problem> {
    let json = serde_json::from_slice(bytes).ok()?;
    let faults = operation?.all_body_faults(&json);
    (!faults.is_empty()).then(|| faulty_body(faults))
}

fn too_slow() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "too_slow",
        "请求内容传送过慢，请检查网络后重新发送",
        "the body came in too slowly; look at the network and send it again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_outside_of_texts() {
        assert_eq!(values_at_most(b"1"), 1);
        assert_eq!(values_at_most(br#"[1,2,{"a":"b,c:[\",{"}]"#), 6);
        assert_eq!(values_at_most(br#"["\\",1]"#), 3);
    }

    #[test]
    fn a_control_character_is_found_in_texts_and_names() {
        let all_storable = |json: &str| all_texts_storable(&serde_json::from_str(json).unwrap());
        assert!(!all_storable(r#"{"a":["\u0000"]}"#));
        assert!(!all_storable(r#"{"a":{"b\u0001":1}}"#));
        assert!(!all_storable("[\"\u{ffff}\"]"));
        assert!(all_storable(r#"{"a":["\\u0000\n\t"]}"#));
    }
}
