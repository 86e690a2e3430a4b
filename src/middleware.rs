//! What every request and every answer goes through: limits of size, the form of errors, headers,
//! the log.

mod again;
mod compress;
mod cors;
mod error;
mod intake;
mod limit;
mod request_id;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Endpoint, IntoResponse, Request, Response};

use self::again::Again;
use self::cors::Cors;
use self::error::{internal, problem_of};
use self::intake::FormParts;
use self::request_id::RequestId;
use crate::api::API_ROOT;
use crate::app::App;
use crate::db::outcome;
use crate::openapi::Document;
use crate::problem::{Language, Problem};
pub use compress::compress;
pub use limit::{MAX_BODY_BYTES, MAX_JSON_BYTES, MAX_STRANGER_BYTES};

/// Gives every error the form of a problem, and every answer the headers that all share.
pub async fn answer<E: Endpoint>(
    endpoint: Arc<E>,
    request: Request,
    description: Arc<Document>,
) -> poem::Result<Response> {
    let headers = request.headers().clone();
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let started = std::time::Instant::now();
    let origins = request.data::<App>().map(|app| app.cors_origins.clone());
    let cors = Cors::of(&request, &origins.unwrap_or_default());
    let methods = || description.methods(below_root(&path));
    let preflight = cors.is_preflight().then(|| cors::preflight(&methods()));
    // Boxed: it is large, and stands in the future of every connection.
    let answering = Box::pin(async {
        match preflight {
            Some(answer) => Ok(answer),
            None => answered(endpoint, request, &description).await,
        }
    });
    let language = Language::of(&headers);
    let answering = language.of_one_request(outcome::of_one_request(answering));
    let (answered, depends_on_language) = answering.await;
    let request_id = RequestId::of(&headers);
    let mut response = match answered {
        Ok(response) => response,
        Err(problem) => problem.render(&headers, &path),
    };
    if depends_on_language {
        language.tell(response.headers_mut());
    }
    let shared = response.headers_mut();
    shared.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if path.starts_with(API_ROOT) && !is_public(&response) {
        // Nearly all answers hold personal data. A client that sends a workbook's tag has kept the
        // workbook already.
        let nowhere = HeaderValue::from_static("no-store");
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, nowhere);
    }
    if response.status() == StatusCode::METHOD_NOT_ALLOWED
        && let Ok(methods) = methods().parse()
    {
        response.headers_mut().insert(header::ALLOW, methods);
    }
    // The path alone: query parameters may hold names.
    request_id.tell(response.headers_mut());
    cors.tell(response.headers_mut());
    tracing::info!(%method, path, request_id = request_id.as_str(), status = response.status().as_u16(), milliseconds = started.elapsed().as_millis(), "request");
    Ok(response)
}

/// Whether the operation says that the answer is the same for everyone.
fn is_public(response: &Response) -> bool {
    let cache = response.headers().get(header::CACHE_CONTROL);
    cache.is_some_and(|cache| cache.as_bytes().starts_with(b"public"))
}

fn below_root(path: &str) -> &str {
    path.strip_prefix(API_ROOT).unwrap_or_default()
}

async fn answered<E: Endpoint>(
    endpoint: Arc<E>,
    request: Request,
    description: &Document,
) -> Result<Response, Problem> {
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let operation = description.operation(method.as_str(), below_root(&path));
    let mut again = None;
    let mut parts = FormParts::default();
    let done = async {
        let taken = intake::take_in(request, operation).await?;
        parts = taken.parts;
        again = taken.again;
        let mut answered = endpoint.call(taken.request).await;
        while let (Err(error), Some(again)) = (&answered, &again)
            && again.paused_to_try_again(error).await
        {
            answered = endpoint.call(again.request()).await;
        }
        answered
    };
    match AssertUnwindSafe(done).catch_unwind().await {
        Ok(Ok(response)) => Ok(response.into_response()),
        Ok(Err(error)) => {
            let body = again.as_ref().map(Again::body);
            let refused = operation.and_then(|it| intake::refused(it, &error, body, &parts));
            Err(refused.unwrap_or_else(|| problem_of(error)))
        }
        // The hook for panics has written down where.
        Err(_panic) => Err(internal()),
    }
}

#[cfg(test)]
mod tests {
    use poem::EndpointExt;

    use crate::openapi::Version;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_with_a_problem() {
        let description = Arc::new(Document::new("{}", Version::V3_1, |_| None));
        let endpoint = poem::endpoint::make_sync(|_| -> Response { panic!("a fault of ours") })
            .around(move |endpoint, request| answer(endpoint, request, description.clone()));
        let response = endpoint.call(Request::default()).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = response.into_body().into_string().await.unwrap();
        assert!(body.contains("urn:qianshou:problem:internal"), "{body}");
        assert!(!body.contains("a fault of ours"), "{body}");
    }
}
