//! The listening server: what every request goes through, and all routes.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate, SubsecRound, Utc};
use futures_util::{FutureExt, StreamExt};
use poem::error::{
    MethodNotAllowedError, NotFoundError, ParseJsonError, ParsePathError, ReadBodyError,
};
use poem::http::{StatusCode, header};
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::middleware::AddData;
use poem::{Body, Endpoint, EndpointExt, IntoResponse, Request, Response, Route};
use poem_openapi::error as openapi_error;
use poem_openapi::{ContactObject, OpenApi, OpenApiService, Tags};
use tokio::signal::unix::{SignalKind, signal};

use crate::db::Db;
use crate::openapi::Document;
use crate::problem::{FieldProblem, Problem};

/// Largest body of a request: a roster of 100,000 persons is about 20 MiB.
pub const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;
/// Largest JSON body, which is read into memory whole: a batch of visits is about 1 MiB.
pub const MAX_JSON_BYTES: usize = 4 * 1024 * 1024;
/// Where the operations stand.
pub const API_ROOT: &str = "/api/v1";
/// How long requests under way may go on when the server is told to stop.
const GRACE: Duration = Duration::from_secs(20);
/// China Standard Time, the only zone of the offices that we serve: a date is a date there.
const CHINA_UTC_OFFSET_SECONDS: i32 = 8 * 3600;

/// What every operation works with.
#[derive(Clone, Debug)]
pub struct App {
    /// The database.
    pub db: Db,
}

impl App {
    /// The time to write down, to the microsecond that both engines keep.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }

    /// Today, in China.
    pub fn today(&self) -> NaiveDate {
        china_date(self.now())
    }
}

/// The date in China at `time`.
pub fn china_date(time: DateTime<Utc>) -> NaiveDate {
    FixedOffset::east_opt(CHINA_UTC_OFFSET_SECONDS).map_or_else(
        || time.date_naive(),
        |zone| time.with_timezone(&zone).date_naive(),
    )
}

/// The parts of the API, as the documentation groups them.
#[derive(Tags)]
pub enum Tag {
    /// Logging in and out, accounts.
    Access,
    /// The closed sets of values that fields may hold, with their Chinese labels.
    CodeLists,
    /// What an office decides for itself: capacities, freshness of evidence, year plans.
    Settings,
    /// Importing rosters of households and staff, and the templates for them.
    Rosters,
    /// Households and their members.
    Households,
    /// Units and the staff who help.
    Staff,
    /// Who helps whom: runs, proposals, current and former pairings.
    Pairing,
    /// Visits to households, and what was heard and delivered.
    Visits,
    /// The six points of the method 三清楚两明确一达成 for each household.
    Method,
    /// Lifting a household out of poverty, step by step, and relapses.
    Lifts,
    /// Progress toward the year's target, and the workbook to hand up.
    Progress,
    /// Whether the service is well.
    Health,
}

/// All operations; their order is the order of the documentation.
fn operations(app: &App) -> impl OpenApi + use<> {
    let app = || app.clone();
    (
        crate::health::HealthApi(app()),
        crate::access::api::AccessApi(app()),
        crate::code_list_api::CodeListApi,
        crate::settings::api::SettingsApi(app()),
        crate::roster::api::RosterApi(app()),
        crate::household::api::HouseholdApi(app()),
        crate::staff::api::StaffApi(app()),
        crate::staff::api_unit::UnitApi(app()),
        crate::pairing::api::PairingApi(app()),
        crate::visit::api::VisitApi(app()),
        crate::method::api::MethodApi(app()),
        crate::visit::PlanApi(app()),
        crate::lift::api::LiftApi(app()),
        crate::progress::api::ProgressApi(app()),
        crate::report::api::ReportApi(app()),
    )
}

fn service(app: &App) -> OpenApiService<impl OpenApi + use<>, ()> {
    OpenApiService::new(operations(app), "牵手 Qianshou", env!("CARGO_PKG_VERSION"))
        .description(include_str!("openapi.md"))
        .contact(ContactObject::new().name("Qianshou"))
        .license("MIT OR Apache-2.0")
        .server(API_ROOT)
}

const SWAGGER_TITLE: &str = "<title>Swagger UI</title>";
/// With an icon, or browsers ask for one that is not there.
const OUR_TITLE: &str = r#"<title>牵手 Qianshou</title><link rel="icon" href="data:,">"#;

/// The whole service for one application.
pub fn routes(app: &App) -> impl Endpoint<Output = Response> + use<> {
    let service = service(app);
    let framework = service.spec();
    let description = Arc::new(Document::new(&framework));
    // The page holds the document it shows: ours, in place of the framework's.
    let docs = service
        .swagger_ui_html()
        .replace(&framework, &description.json())
        .replacen(SWAGGER_TITLE, OUR_TITLE, 1);
    Route::new()
        .nest(API_ROOT, service)
        .at(
            "/openapi.json",
            document("application/json", description.json()),
        )
        .at(
            "/openapi.yaml",
            document("application/yaml", description.yaml()),
        )
        .nest("/docs", Route::new().at("/", docs_page(docs)))
        .with(AddData::new(app.clone()))
        .around(move |endpoint, request| answer(endpoint, request, description.clone()))
}

/// The `OpenAPI` document, as JSON or YAML.
pub fn openapi(yaml: bool) -> String {
    let description = Document::new(&service(&App { db: Db::nowhere() }).spec());
    if yaml {
        description.yaml()
    } else {
        description.json()
    }
}

fn document(content_type: &'static str, text: String) -> impl Endpoint {
    poem::endpoint::make_sync(move |_| {
        Response::builder()
            .content_type(content_type)
            .body(text.clone())
    })
}

/// The documentation, all of it in one page, which may ask no other server for anything.
fn docs_page(html: String) -> impl Endpoint {
    document("text/html; charset=utf-8", html)
        .map_to_response()
        .after(async |response: poem::Result<Response>| {
            Ok::<_, poem::Error>(response?.with_header(
                header::CONTENT_SECURITY_POLICY,
                "default-src 'self'; script-src 'self' 'unsafe-inline'; \
                 style-src 'self' 'unsafe-inline'; img-src 'self' data:",
            ))
        })
}

/// Gives every error the form of a problem, and every answer the headers that all share.
async fn answer<E: Endpoint>(
    endpoint: Arc<E>,
    request: Request,
    description: Arc<Document>,
) -> poem::Result<Response> {
    let headers = request.headers().clone();
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let started = std::time::Instant::now();
    let (request, json_body) = limited(request);
    let answered = AssertUnwindSafe(endpoint.call(request))
        .catch_unwind()
        .await;
    let mut response = match answered {
        Ok(Ok(response)) => response.into_response(),
        Ok(Err(error)) => {
            let refused = error.is::<openapi_error::ParseRequestPayloadError>();
            let mut problem = problem_of(error);
            if refused && let Ok(body) = json_body.lock() {
                let below_root = path.strip_prefix(API_ROOT).unwrap_or_default();
                let faults = description.body_faults(method.as_str(), below_root, &body);
                if !faults.is_empty() {
                    problem = faulty_body(faults);
                }
            }
            problem.render(&headers, &path)
        }
        // The hook for panics has written down where.
        Err(_panic) => internal().render(&headers, &path),
    };
    response.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        header::HeaderValue::from_static("nosniff"),
    );
    // The path alone: query parameters may hold names.
    tracing::info!(%method, path, status = response.status().as_u16(), milliseconds = started.elapsed().as_millis(), "request");
    Ok(response)
}

/// What was read of a JSON body, to say afterwards what is wrong with it.
type JsonBody = Arc<Mutex<Vec<u8>>>;

/// The request with a body that ends in an error once it is larger than it may be: a length that is
/// announced is believed no more than one that is not.
fn limited(mut request: Request) -> (Request, JsonBody) {
    let json_body = JsonBody::default();
    let is_json = request
        .content_type()
        .is_some_and(|kind| kind.starts_with("application/json"));
    let copy = is_json.then(|| json_body.clone());
    let mut left = if is_json {
        MAX_JSON_BYTES
    } else {
        MAX_BODY_BYTES
    };
    let body = request.take_body().into_bytes_stream().map(move |chunk| {
        let chunk = chunk?;
        left = left.checked_sub(chunk.len()).ok_or(TooLarge)?;
        if let Some(Ok(mut copy)) = copy.as_ref().map(|copy| copy.lock()) {
            copy.extend_from_slice(&chunk);
        }
        Ok::<_, std::io::Error>(chunk)
    });
    request.set_body(Body::from_bytes_stream(body));
    (request, json_body)
}

/// A body went on beyond [`MAX_BODY_BYTES`] or [`MAX_JSON_BYTES`].
#[derive(Debug, thiserror::Error)]
#[error("the body is too large")]
struct TooLarge;

impl From<TooLarge> for std::io::Error {
    fn from(error: TooLarge) -> Self {
        Self::other(error)
    }
}

/// Whether [`TooLarge`] is at the bottom of an error.
fn is_too_large(error: &poem::Error) -> bool {
    error.to_string().contains("the body is too large")
}

/// The framework's own errors, in our words.
fn problem_of(error: poem::Error) -> Problem {
    let error = match error.downcast::<Problem>() {
        Ok(problem) => return problem,
        Err(error) => error,
    };
    let words = error.to_string();
    if is_too_large(&error) || error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!(
                "内容过大（文件不超过 {} MiB，其他内容不超过 {} MiB），请拆分后再提交",
                MAX_BODY_BYTES >> 20,
                MAX_JSON_BYTES >> 20
            ),
            format!(
                "the body is too large (files up to {} MiB, all else up to {} MiB); split it",
                MAX_BODY_BYTES >> 20,
                MAX_JSON_BYTES >> 20
            ),
        );
    }
    if error.is::<openapi_error::AuthorizationError>() {
        return crate::access::unauthenticated();
    }
    if let Some(parameter) = error.downcast_ref::<openapi_error::ParseParamError>() {
        return Problem::bad_request(
            format!("参数 {} 无效：{}", parameter.name, parameter.reason),
            format!("parameter `{}`: {}", parameter.name, parameter.reason),
        );
    }
    if error.is::<openapi_error::ParseRequestPayloadError>()
        || error.is::<openapi_error::ParseMultipartError>()
        || error.is::<ParseJsonError>()
        || error.is::<ReadBodyError>()
    {
        return Problem::bad_request(format!("请求内容无法识别：{words}"), words);
    }
    if error.is::<ParsePathError>() || error.is::<openapi_error::ParsePathError>() {
        return Problem::bad_request(format!("地址中的编号无效：{words}"), words);
    }
    if let Some(refused) = error.downcast_ref::<openapi_error::ContentTypeError>() {
        return Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "内容类型不受支持，请按 /docs 中的接口说明设置 Content-Type",
            format!("{refused}; see /docs for the type that this operation takes"),
        );
    }
    if error.is::<NotFoundError>() {
        return Problem::new(
            StatusCode::NOT_FOUND,
            "no_such_path",
            "没有这个地址，请查看 /docs 中的接口说明",
            "no such path, see /docs",
        );
    }
    if error.is::<MethodNotAllowedError>() {
        return Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "此地址不支持这个方法，请查看 /docs 中的接口说明",
            "this path does not take that method, see /docs",
        );
    }
    match error.status() {
        status if status.is_client_error() => Problem::new(
            status,
            "request_refused",
            format!("请求无法处理：{words}"),
            words,
        ),
        _ => {
            tracing::error!(%error, "unexpected error");
            internal()
        }
    }
}

/// What is wrong with the body, place by place; the framework's own words name no place.
fn faulty_body(faults: Vec<FieldProblem>) -> Problem {
    let count = faults.len();
    Problem::bad_request(
        format!("请求内容有 {count} 处需要更正，见 errors"),
        format!("{count} places of the body must be put right, see `errors`"),
    )
    .with_errors(faults)
}

fn internal() -> Problem {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "系统内部错误，已记录；本次操作没有写入任何内容",
        "an internal error, which has been logged; nothing was written",
    )
}

/// Listens on `address`, says where, and serves until the process is told to stop.
pub async fn run(app: &App, address: &str) -> std::io::Result<()> {
    let stop = told_to_stop()?;
    let acceptor = TcpListener::bind(address).into_acceptor().await?;
    for local in acceptor.local_addr() {
        if let Some(local) = local.as_socket_addr() {
            println!("listening on http://{local}  docs / 接口说明：http://{local}/docs");
        }
    }
    serve(app, acceptor, stop).await
}

/// Serves until `stop` is done, then lets the requests under way end.
pub async fn serve(
    app: &App,
    acceptor: impl Acceptor + 'static,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    poem::Server::new_with_acceptor(acceptor)
        .run_with_graceful_shutdown(routes(app), stop, Some(GRACE))
        .await
}

/// Done when the process is interrupted (Ctrl-C) or terminated, from this call on: whoever reads
/// that we listen may tell us to stop at once.
pub fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
        tracing::info!("stopping: requests under way may end");
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_with_a_problem() {
        let description = Arc::new(Document::new("{}"));
        let endpoint = poem::endpoint::make_sync(|_| -> Response { panic!("a fault of ours") })
            .around(move |endpoint, request| answer(endpoint, request, description.clone()));
        let response = endpoint.call(Request::default()).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = response.into_body().into_string().await.unwrap();
        assert!(body.contains("urn:qianshou:problem:internal"), "{body}");
        assert!(!body.contains("a fault of ours"), "{body}");
    }
}
