//! What a request must be before an operation sees it: from whom, how large, and readable.
//!
//! Bodies are limited before anything parses them, whatever `Content-Type` says: only the body of an
//! operation that takes a form is passed on as it comes in, all others are read into memory here.

mod form;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use percent_encoding::percent_decode_str;
use poem::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use poem::{Body, Request};
use poem_openapi::error::ParseMultipartError;
use poem_openapi::payload::{Json, Payload};
use serde_json::Value;

use super::again::{self, Again};
use super::error::{TooLarge, broken_json, not_read, problem_of};
use super::limit::{
    MAX_BODY_BYTES, MAX_JSON_BYTES, MAX_JSON_VALUES, MAX_STRANGER_BYTES, MEMORY_BODY_TIME,
};
use crate::access::idempotency;
use crate::api::API_ROOT;
use crate::openapi::{ItemFaults, Operation, Place, Sent, faulty_request, without_halves};
use crate::problem::{Problem, Text};
use crate::text::is_storable;
pub use form::FormParts;

const FORM: &str = "multipart/form-data";
const MERGE_PATCH: &str = "application/merge-patch+json";
/// Headers that are lists: on several lines they mean the same as on one (RFC 9110, 5.3).
const LISTS: [HeaderName; 2] = [header::IF_MATCH, header::IF_NONE_MATCH];

/// A request that an operation may see.
pub struct Taken {
    /// The request.
    pub request: Request,
    /// What came with it, where it is not a form: to answer it once more, or to say what is wrong.
    pub again: Option<Again>,
    /// The parts of its form, noted as they come in.
    pub parts: FormParts,
}

/// Refuses requests that no operation should see, first of all those from a caller who may not ask for it.
pub async fn take_in(
    mut request: Request,
    operation: Option<Operation<'_>>,
) -> Result<Taken, Problem> {
    let needs_token = operation.filter(|operation| operation.needs_token());
    refuse_twice(&request)?;
    if let Some(operation) = needs_token {
        again::sign(&mut request, operation.id()).await?;
    }
    join_lists(&mut request);
    let mut faults = parameter_faults(&request, operation)?;
    check_encoding(&request)?;
    let body = request.take_body();
    let mut parts = FormParts::default();
    if let Some(described) = operation
        .and_then(Operation::form)
        .filter(|_| is_form(&request))
    {
        refuse(faults, request.headers())?;
        let boundary = request.content_type().and_then(form::boundary);
        parts = FormParts::of(described);
        let body = limited(body, MAX_BODY_BYTES);
        let form = form::checked(body, boundary.as_deref(), parts.clone());
        request.set_body(Body::from_bytes_stream(form));
        return Ok(Taken {
            request,
            again: None,
            parts,
        });
    }
    if operation.is_some_and(|it| it.form().is_some() && !it.takes_json()) && has_type(&request) {
        refuse(faults, request.headers())?;
        return Err(no_form());
    }
    let takes_json = operation.filter(|operation| operation.takes_json());
    let limit = match takes_json {
        Some(_) if needs_token.is_some() => MAX_JSON_BYTES,
        _ => MAX_STRANGER_BYTES,
    };
    let mut bytes = in_memory(body, limit).await?;
    if operation.is_some_and(|operation| !operation.takes_body()) && !says_nothing(&bytes) {
        let words = Text::new(
            "此操作不带请求内容，请去掉后再发送",
            "the operation takes no body; leave it out",
        );
        faults.push(Place::in_body("", words));
    }
    if takes_json.is_some() && is_json(&request) && !is_said_json(&request) {
        return Err(no_such_json(&request));
    }
    if let Some(operation) = takes_json.filter(|_| is_json(&request)) {
        let (body_faults, item_faults) = json_faults(operation, &mut bytes)?;
        faults.extend(body_faults);
        request.extensions_mut().insert(item_faults);
    }
    refuse(faults, request.headers())?;
    let again = Some(Again::of(&request, bytes.clone()));
    request.set_body(bytes);
    Ok(Taken {
        request,
        again,
        parts,
    })
}

/// Refuses a request with these faults, if there are any.
fn refuse(faults: Vec<Place>, headers: &HeaderMap) -> Result<(), Problem> {
    let has_key = headers.contains_key(idempotency::HEADER);
    match faults.as_slice() {
        [] => Ok(()),
        // It has a code of its own.
        [only] if only.parameter.as_deref() == Some(idempotency::HEADER) && !has_key => {
            let Place {
                pointer,
                parameter,
                words,
                ..
            } = only.clone();
            Err(idempotency::missing().with_place(pointer, parameter, words))
        }
        _ => Err(faulty_request(faults)),
    }
}

fn join_lists(request: &mut Request) {
    for name in LISTS {
        let lines: Vec<_> = request.headers().get_all(&name).iter().collect();
        if lines.len() < 2 {
            continue;
        }
        let lines: Vec<_> = lines.into_iter().map(HeaderValue::as_bytes).collect();
        if let Ok(joined) = HeaderValue::from_bytes(&lines.join(b", ".as_slice())) {
            request.headers_mut().insert(name, joined);
        }
    }
}

/// The framework's own test.
fn is_json(request: &Request) -> bool {
    request
        .content_type()
        .is_some_and(<Json<Value> as Payload>::check_content_type)
}

/// Whether the body is of a type that the document says: plain JSON, which is UTF-8 (RFC 8259, 8.1), and of a PATCH
/// a merge patch. The framework takes whatever calls itself JSON.
fn is_said_json(request: &Request) -> bool {
    let kind = request.content_type().map(str::parse::<mime::Mime>);
    let Some(Ok(kind)) = kind else { return false };
    let is_utf8 = kind
        .get_param(mime::CHARSET)
        .is_none_or(|set| set == mime::UTF_8);
    let is_patch = request.method() == Method::PATCH && kind.essence_str() == MERGE_PATCH;
    is_utf8 && (is_patch || kind.essence_str() == mime::APPLICATION_JSON.essence_str())
}

fn no_such_json(request: &Request) -> Problem {
    let kind = if request.method() == Method::PATCH {
        MERGE_PATCH
    } else {
        mime::APPLICATION_JSON.essence_str()
    };
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        format!("请求内容应为 UTF-8 的 JSON，Content-Type 写作 {kind}"),
        format!("the body must be JSON in UTF-8; send it as `{kind}`"),
    )
}

/// Refuses headers that stand twice and say different things to whoever reads the first one or the last.
fn refuse_twice(request: &Request) -> Result<(), Problem> {
    for name in [header::AUTHORIZATION, header::CONTENT_TYPE] {
        if request.headers().get_all(&name).iter().count() > 1 {
            let problem = Problem::bad_request(
                format!("请求头 {name} 写了不止一次，只能写一次"),
                format!("the header `{name}` stands more than once; send it once"),
            );
            return Err(problem.at_parameter("header", name.as_str()));
        }
    }
    Ok(())
}

/// As the framework tests the type of a form.
fn is_form(request: &Request) -> bool {
    request
        .content_type()
        .and_then(|kind| kind.parse::<mime::Mime>().ok())
        .is_some_and(|kind| kind.essence_str() == FORM)
}

/// What is wrong with the parameters. Refuses texts in path and query that cannot be stored.
fn parameter_faults(
    request: &Request,
    operation: Option<Operation<'_>>,
) -> Result<Vec<Place>, Problem> {
    let path = request.uri().path();
    let query: Vec<(String, String)> =
        request.params().map_err(|error| problem_of(error.into()))?;
    let is_text = |path: &str| path.chars().all(is_storable);
    if !percent_decode_str(path)
        .decode_utf8()
        .is_ok_and(|path| is_text(&path))
    {
        return Err(unstorable_path());
    }
    let Some(operation) = operation else {
        return Ok(Vec::new());
    };
    let mut faults = unreadable_texts(request.uri().query().unwrap_or_default(), &query);
    faults.extend(operation.parameter_faults(Sent {
        path: path.strip_prefix(API_ROOT).unwrap_or_default(),
        query: &query,
        headers: request.headers(),
    }));
    Ok(faults)
}

/// The parameters of a query whose names or values are no texts (`%ff`), or texts that cannot be stored.
fn unreadable_texts(raw: &str, query: &[(String, String)]) -> Vec<Place> {
    let is_text = |part: &str| {
        let decoded = percent_decode_str(part).decode_utf8();
        decoded.is_ok_and(|text| text.chars().all(is_storable))
    };
    let pairs = raw.split('&').filter(|pair| !pair.is_empty());
    pairs
        .zip(query)
        .filter(|(pair, _)| !is_text(pair))
        .map(|(_, (name, _))| {
            let words = Text::new(
                "不是完整的 UTF-8 文字，或含有无法保存的控制字符，请核对编码",
                "is no text in UTF-8, or holds a control character that cannot be stored; look at its encoding",
            );
            Place::of_parameter("query", name, words)
        })
        .collect()
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

/// What is wrong with a JSON body by the document, and apart from it with items that are taken one by
/// one. Refuses one that is no JSON. Halves of characters are taken out of it, and told.
fn json_faults(
    operation: Operation<'_>,
    bytes: &mut Bytes,
) -> Result<(Vec<Place>, ItemFaults), Problem> {
    if values_at_most(bytes) > MAX_JSON_VALUES {
        return Err(too_many_values());
    }
    let json = match serde_json::from_slice(bytes) {
        Ok(json) => json,
        Err(error) => {
            // Half of a character is wrong at its place alone.
            let whole = without_halves(bytes);
            let json = serde_json::from_slice(&whole).map_err(|_| broken_json(&error, bytes))?;
            *bytes = whole.into();
            json
        }
    };
    Ok(operation.body_faults(bytes, &json))
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

fn unstorable_path() -> Problem {
    Problem::bad_request(
        "地址不是完整的 UTF-8 文字，或含有无法保存的控制字符，请核对后重新发送",
        "the path is no text in UTF-8, or holds a control character; look at it and send it again",
    )
}

/// Whether a request says of what type its body is.
fn has_type(request: &Request) -> bool {
    request.headers().contains_key(header::CONTENT_TYPE)
}

/// A file is sent as a part of a form, whatever its own type.
fn no_form() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "请把文件作为表单（multipart/form-data）的一项发送，不能直接作为请求内容",
        "send the file as a part of a form (multipart/form-data), not as the body itself",
    )
}

/// Whether a body holds nothing, which some clients send as an empty object.
fn says_nothing(body: &[u8]) -> bool {
    let rest: Vec<u8> = body
        .iter()
        .copied()
        .filter(|it| !it.is_ascii_whitespace())
        .collect();
    rest.is_empty() || rest == b"{}"
}

/// What is wrong with a body that the framework did not take; its own words name no place.
pub fn refused(
    operation: Operation<'_>,
    error: &poem::Error,
    body: Option<&Bytes>,
    parts: &FormParts,
) -> Option<Problem> {
    if error.is::<Problem>() {
        return None;
    }
    if let Some(form) = operation.form() {
        return parts.problem(form, error.is::<ParseMultipartError>());
    }
    let json = serde_json::from_slice(body?).ok()?;
    let faults = operation.all_body_faults(&json);
    (!faults.is_empty()).then(|| faulty_request(faults))
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
}
