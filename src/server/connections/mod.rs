//! Connections: how many there may be, and how long each may keep the server waiting.
//!
//! A client that opens connections and sends nothing must not keep others out. Each connection records
//! since when it waits for its client; one that waits for too long is closed. When the limit of
//! connections is reached, a new one replaces another: of those from the address that has most of them,
//! the one that has waited longest. A connection whose request is being answered is never closed for
//! another.

mod limits;
mod register;
mod watched;

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use poem::http::uri::Scheme;
use poem::http::{HeaderValue, header};
use poem::listener::Acceptor;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Endpoint, Request, Response};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use self::limits::{Limits, raise_open_files};
use self::register::{Connection, Entry, Register, Turn};
use self::watched::{AnswerBody, Unread, Watched, watched};

/// How often connections are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long to wait after the system could not give a new connection.
const REST: Duration = Duration::from_millis(100);
/// Most bytes of the head of a request, which is held in memory until it is whole.
const MAX_HEAD_BYTES: usize = 32 << 10;
/// How long the end of a connection waits for a client that still sends, so that it reads the answer.
const LINGER: Duration = Duration::from_secs(5);
/// How much of what it sends is read and thrown away meanwhile.
const LINGER_BYTES: u64 = 256 << 20;

/// Serves `endpoint` until `stop` is done, then lets the requests under way end for `grace`.
pub async fn serve<E>(
    mut acceptor: impl Acceptor + 'static,
    endpoint: E,
    limits: Limits,
    stop: impl Future<Output = ()>,
    grace: Duration,
) where
    E: Endpoint<Output = Response> + 'static,
{
    let endpoint = Arc::new(endpoint);
    let register = Arc::new(Register::new(limits));
    let (told, stopping) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let mut look = tokio::time::interval(LOOK);
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            _ = look.tick() => {
                register.close_overdue();
                while tasks.try_join_next().is_some() {}
            }
            accepted = acceptor.accept() => match accepted {
                Ok((io, local, remote, scheme)) => {
                    let Some(entry) = register.enter(source(&remote)) else {
                        tasks.spawn(refuse(io));
                        continue;
                    };
                    let peer = (local, remote, scheme);
                    tasks.spawn(attend(io, peer, endpoint.clone(), entry, stopping.clone()));
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted");
                    register.make_room();
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }
    drop(acceptor);
    told.send_replace(true);
    let all_ended = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(grace, all_ended).await.is_err() {
        tracing::warn!("requests under way were broken off");
    }
}

/// The address that a connection comes from; of one by IPv6 the network, since one machine has as many
/// addresses there as it likes.
fn source(remote: &RemoteAddr) -> Option<IpAddr> {
    match remote.as_socket_addr()?.ip().to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            Some(IpAddr::V6(network.into()))
        }
        address @ IpAddr::V4(_) => Some(address),
    }
}

/// Whether accepting failed because that client has gone again.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

/// 503 for a client beyond the limit, when the requests of all connections are being answered.
async fn refuse(mut io: impl AsyncRead + AsyncWrite + Unpin) {
    const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\n\
        content-length: 0\r\nconnection: close\r\n\r\n";
    let _ = tokio::time::timeout(REST, io.write_all(BUSY)).await;
}

/// Serves one connection until it ends or is closed.
async fn attend<Io, E>(
    io: Io,
    peer: (LocalAddr, RemoteAddr, Scheme),
    endpoint: Arc<E>,
    entry: Entry,
    mut stopping: watch::Receiver<bool>,
) where
    Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    E: Endpoint<Output = Response> + 'static,
{
    let connection = entry.connection.clone();
    let service = hyper::service::service_fn({
        let connection = connection.clone();
        move |request| respond(request, peer.clone(), endpoint.clone(), connection.clone())
    });
    let io = TokioIo::new(Watched {
        io,
        connection: connection.clone(),
    });
    let mut http = http1::Builder::new()
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(io, service);
    let served = async {
        tokio::select! {
            ended = poll_fn(|context| http.poll_without_shutdown(context)) => return ended.is_ok(),
            _ = stopping.wait_for(|told| *told) => std::pin::Pin::new(&mut http).graceful_shutdown(),
        }
        poll_fn(|context| http.poll_without_shutdown(context))
            .await
            .is_ok()
    };
    tokio::select! {
        () = connection.closed.notified() => {}
        // Well or not: a client that is still sending has an answer to read.
        _ = served => {
            connection.set(Turn::Body);
            let io = http.into_parts().io.into_inner();
            tokio::select! {
                () = connection.closed.notified() => {}
                () = end(io) => {}
            }
        }
    }
}

/// Ends a connection: a client that is still sending when the connection is gone may not get to read
/// the answer, so what it sends is taken for a moment, and thrown away.
async fn end(mut io: impl AsyncRead + AsyncWrite + Unpin) {
    if io.shutdown().await.is_ok() {
        let mut rest = (&mut io).take(LINGER_BYTES);
        let mut nowhere = tokio::io::sink();
        let thrown_away = tokio::io::copy(&mut rest, &mut nowhere);
        let _ = tokio::time::timeout(LINGER, thrown_away).await;
    }
}

type Answer = hyper::Response<AnswerBody>;

/// Answers one request.
fn respond<E>(
    request: hyper::Request<Incoming>,
    (local, remote, scheme): (LocalAddr, RemoteAddr, Scheme),
    endpoint: Arc<E>,
    connection: Arc<Connection>,
) -> BoxFuture<'static, Result<Answer, Infallible>>
where
    E: Endpoint<Output = Response> + 'static,
{
    connection.set(Turn::Ours);
    let mut request = Request::from((request, local, remote, scheme));
    let body = request.take_body();
    let unread = Unread::of(&body, request.headers());
    if body.is_empty() {
        request.set_body(body);
    } else {
        request.set_body(watched(body, connection.clone(), unread.clone()));
    }
    Box::pin(async move {
        let mut response: hyper::Response<_> = endpoint.get_response(request).await.into();
        if unread.is_any() {
            // The connection cannot go on behind what is left of the body: the client is told, or it
            // would send its next request into a connection that ends.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        Ok(response.map(|body| AnswerBody {
            body: Box::pin(body),
            connection,
        }))
    })
}
