//! The listening server: all routes, start and stop.

mod connections;
mod docs;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use poem::listener::{Acceptor, Listener, TcpAcceptor, TcpListener};
use poem::middleware::AddData;
use poem::{Endpoint, EndpointExt, Response, Route};
use poem_openapi::{ContactObject, OpenApi, OpenApiService};
use tokio::signal::unix::{SignalKind, signal};

use crate::access::purge;
use crate::access::rule::rule_of;
use crate::access::shield::shield;
use crate::api::API_ROOT;
use crate::app::App;
use crate::db::Db;
use crate::import::worker;
use crate::middleware::{answer, compress};
use crate::openapi::{Admission, Document, Version};
use crate::os_error;
use connections::Limits;

/// How long requests under way may go on when the server is told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// All operations; their order is the order of the documentation.
fn operations(app: &App) -> impl OpenApi + use<> {
    let app = || app.clone();
    (
        crate::health::HealthApi(app()),
        crate::access::api::AccessApi(app()),
        crate::code_list_api::CodeListApi(app()),
        crate::settings::api::SettingsApi(app()),
        (
            crate::import::api::RosterApi(app()),
            crate::import::api::ContentApi(app()),
        ),
        crate::import::profile::api::ProfileApi(app()),
        (
            crate::directory::api::DirectoryApi(app()),
            crate::household::api::HouseholdApi(app()),
        ),
        crate::import::api::HouseholdHistoryApi(app()),
        (
            crate::staff::api::StaffApi(app()),
            crate::staff::unit::api::UnitApi(app()),
            crate::staff::leave::api::LeaveApi(app()),
            crate::renaming::api::RenamingApi(app()),
        ),
        (
            crate::pairing::run::api::PairingRunApi(app()),
            crate::pairing::run::edit::api::PairingDraftApi(app()),
            crate::pairing::run::compare::api::PairingComparisonApi(app()),
            crate::pairing::audit::api::PairingAuditApi(app()),
            crate::pairing::assign::api::PairingApi(app()),
            crate::pairing::constraint::api::ConstraintApi(app()),
            crate::pairing::assist::api::AssistApi(app()),
            crate::pairing::staffing::departure::api::DepartureApi(app()),
            crate::pairing::staffing::handover::api::HandoverApi(app()),
        ),
        crate::visit::api::VisitApi(app()),
        crate::method::api::MethodApi(app()),
        crate::visit::plan::api::PlanApi(app()),
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

/// Who may ask for an operation, as the document shows it.
fn admission(operation: &str) -> Option<Admission> {
    let rule = rule_of(operation)?;
    Some(Admission {
        permissions: rule.permissions(),
        scope: rule.scope.code(),
        words: rule.words(),
    })
}

/// The whole service for one application.
pub fn routes(app: &App) -> impl Endpoint<Output = Response> + use<> {
    let service = service(app);
    let framework = service.spec();
    let description = Arc::new(Document::new(&framework, Version::V3_1, admission));
    let older = Document::new(&framework, Version::V3_0, admission);
    Route::new()
        .nest(API_ROOT, service)
        .at(
            "/openapi.json",
            poem::get(document("application/json", description.json())),
        )
        .at(
            "/openapi.yaml",
            poem::get(document("application/yaml", description.yaml())),
        )
        .at(
            "/openapi-3.0.json",
            poem::get(document("application/json", older.json())),
        )
        .nest(docs::PATH, docs::routes())
        .around(move |endpoint, request| answer(endpoint, request, description.clone()))
        .around(shield)
        .around(compress)
        .with(AddData::new(app.clone()))
}

/// The `OpenAPI` document of the service.
pub fn description(version: Version) -> Document {
    Document::new(
        &service(&App::new(Db::nowhere())).spec(),
        version,
        admission,
    )
}

/// The `OpenAPI` document, as JSON or YAML.
pub fn openapi(version: Version, yaml: bool) -> String {
    let description = description(version);
    if yaml {
        description.yaml()
    } else {
        description.json()
    }
}

fn document(content_type: &'static str, text: String) -> impl Endpoint {
    // One text for all who read it at once, however slowly.
    let text = Bytes::from(text);
    poem::endpoint::make_sync(move |_| {
        Response::builder()
            .content_type(content_type)
            .body(text.clone())
    })
}

/// That nothing can be listened to at an address.
#[derive(Debug, thiserror::Error)]
#[error(
    "无法监听 {address}：{}；请用 --listen（或 QIANSHOU_LISTEN）另选地址或端口 / cannot listen on {address}: {}; choose another with --listen (or QIANSHOU_LISTEN)",
    os_error::words(source).chinese,
    os_error::words(source).english
)]
pub struct NotBound {
    address: String,
    source: std::io::Error,
}

/// Takes an address to listen on. It comes before anything is made: whoever cannot serve leaves no trace.
pub async fn bind(address: &str) -> Result<TcpAcceptor, NotBound> {
    let bound = TcpListener::bind(address).into_acceptor().await;
    bound.map_err(|source| NotBound {
        address: address.to_owned(),
        source,
    })
}

/// Says where it listens, and serves until the process is told to stop.
pub async fn run(app: &App, acceptor: TcpAcceptor) -> std::io::Result<()> {
    let stop = told_to_stop()?;
    connections::raise_open_files();
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
    let addresses = acceptor.local_addr();
    let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
    let address = addresses.join(" ");
    let limits = Limits::of_this_process();
    let server = connections::serve(acceptor, routes(app), limits, stop, GRACE);
    // What the workers have not finished when the server ends is taken up again at the next start.
    tokio::select! {
        () = server => {}
        () = worker::run(app, &address) => {}
        () = purge::run(app) => {}
    }
    Ok(())
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
