//! Connections: how many there may be, and how long each may keep the server waiting.
//!
//! Whoever opens connections and sends nothing must not shut out the others. Each connection knows
//! since when it waits for its client; one that waits for too long is closed, and when there are as
//! many connections as there may be, a new one takes the place of another: of those from the address
//! that has most of them, the one that has waited longest. A connection whose request is at work is
//! never closed for another.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use poem::http::uri::Scheme;
use poem::http::{HeaderMap, HeaderValue, header};
use poem::listener::Acceptor;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Body, Endpoint, Request, Response};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// Most connections, where the system lets so many files be open.
const MOST_CONNECTIONS: usize = 4096;
/// Files that may be open at once, if the system allows: connections, and files that come in by them.
const OPEN_FILES: u64 = 3 * MOST_CONNECTIONS as u64;
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

/// How many connections there may be, and how long each may keep the server waiting.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// For the first byte of the first request.
    pub first_request: Duration,
    /// For the head of a request, from its first byte.
    pub head: Duration,
    /// For the next request, after an answer: longer than proxies keep their connections.
    pub next_request: Duration,
    /// For the next bytes of a body.
    pub body: Duration,
    /// For the client to read more of an answer.
    pub answer: Duration,
}

impl Limits {
    /// The limits of a process that may have so many files open as this one. A fourth of them is left
    /// for the database and for files that come in.
    pub fn of_this_process() -> Self {
        let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let files = files.and_then(|files| usize::try_from(files).ok());
        let connections = files.map_or(MOST_CONNECTIONS, |files| files / 4 * 3);
        Self {
            connections: connections.clamp(16, MOST_CONNECTIONS),
            first_request: Duration::from_secs(10),
            head: Duration::from_secs(10),
            next_request: Duration::from_secs(75),
            body: Duration::from_secs(30),
            answer: Duration::from_mins(1),
        }
    }
}

/// Lets this process have as many files open as it needs and the system allows: often only 1,024 are
/// allowed until one asks.
pub fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let allowed = getrlimit(Resource::Nofile);
    let wanted = allowed
        .maximum
        .map_or(OPEN_FILES, |most| most.min(OPEN_FILES));
    if allowed.current.is_none_or(|current| current >= wanted) {
        return;
    }
    let limit = Rlimit {
        current: Some(wanted),
        maximum: allowed.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the number of open files stays as low as it is");
    }
}

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

/// 503 for whom there is no place: all connections are at work.
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
            _ = stopping.wait_for(|told| *told) => Pin::new(&mut http).graceful_shutdown(),
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

/// How much of a request's body has not been read; more than all for one of unknown length until its
/// end was seen.
#[derive(Clone)]
struct Unread(Arc<AtomicU64>);

impl Unread {
    fn of(body: &Body, headers: &HeaderMap) -> Self {
        let length = headers.get(header::CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        let unread = if body.is_empty() {
            0
        } else {
            length.unwrap_or(u64::MAX)
        };
        Self(Arc::new(AtomicU64::new(unread)))
    }

    fn read(&self, bytes: usize) {
        let left = self.0.load(Ordering::Relaxed);
        if left < u64::MAX {
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            self.0.store(left.saturating_sub(bytes), Ordering::Relaxed);
        }
    }

    fn end(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    fn is_any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// The body of a request, which says when the connection waits for more of it.
fn watched(body: Body, connection: Arc<Connection>, unread: Unread) -> Body {
    /// Whoever gives a body up no longer waits for it.
    struct GivenUp(Arc<Connection>);

    impl Drop for GivenUp {
        fn drop(&mut self) {
            if self.0.state().turn == Turn::Body {
                self.0.set(Turn::Ours);
            }
        }
    }

    let mut stream = Box::pin(body.into_bytes_stream());
    let watch = GivenUp(connection);
    Body::from_bytes_stream(futures_util::stream::poll_fn(move |context| {
        let polled = stream.poll_next_unpin(context);
        match &polled {
            Poll::Pending => watch.0.wait_for_body(),
            Poll::Ready(piece) => {
                match piece {
                    Some(Ok(piece)) => unread.read(piece.len()),
                    Some(Err(_)) => {}
                    None => unread.end(),
                }
                watch.0.set(Turn::Ours);
            }
        }
        polled
    }))
}

/// The body of an answer; when it has been handed over, the client's turn has come.
struct AnswerBody {
    body: Pin<Box<dyn hyper::body::Body<Data = Bytes, Error = io::Error> + Send>>,
    connection: Arc<Connection>,
}

impl hyper::body::Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.body.as_mut().poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.connection.set(Turn::Next);
    }
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// The client's, who has sent nothing yet.
    First,
    /// The client's, whose last request was answered.
    Next,
    /// The client's, who has begun a request.
    Head,
    /// The client's, who has more of a body to send.
    Body,
    /// Ours: a request is at work.
    Ours,
}

/// What is known of a connection.
struct Connection {
    /// Where it comes from.
    source: Option<IpAddr>,
    state: Mutex<State>,
    /// Rung when it is to be closed.
    closed: Notify,
}

#[derive(Clone, Copy)]
struct State {
    turn: Turn,
    /// Since when.
    since: Instant,
    /// Since when the client takes no more of what was written.
    unread_since: Option<Instant>,
}

impl Connection {
    fn new(source: Option<IpAddr>) -> Self {
        Self {
            source,
            state: Mutex::new(State {
                turn: Turn::First,
                since: Instant::now(),
                unread_since: None,
            }),
            closed: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        held(&self.state)
    }

    fn set(&self, turn: Turn) {
        let mut state = self.state();
        (state.turn, state.since) = (turn, Instant::now());
    }

    fn wait_for_body(&self) {
        // Asked again without anything new, it has waited since it was asked first.
        if self.state().turn != Turn::Body {
            self.set(Turn::Body);
        }
    }

    fn bytes_came(&self) {
        if matches!(self.state().turn, Turn::First | Turn::Next) {
            self.set(Turn::Head);
        }
    }

    fn written(&self, all_taken: bool) {
        let mut state = self.state();
        if all_taken {
            state.unread_since = None;
        } else {
            state.unread_since.get_or_insert_with(Instant::now);
        }
    }
}

impl State {
    /// Since when the connection waits for its client.
    fn waits_since(&self) -> Option<Instant> {
        let turn = (self.turn != Turn::Ours).then_some(self.since);
        [turn, self.unread_since].into_iter().flatten().min()
    }

    fn is_overdue(&self, now: Instant, limits: &Limits) -> bool {
        let limit = match self.turn {
            Turn::First => Some(limits.first_request),
            Turn::Next => Some(limits.next_request),
            Turn::Head => Some(limits.head),
            Turn::Body => Some(limits.body),
            Turn::Ours => None,
        };
        let longer = |since: Instant, limit| now.saturating_duration_since(since) > limit;
        limit.is_some_and(|limit| longer(self.since, limit))
            || self
                .unread_since
                .is_some_and(|since| longer(since, limits.answer))
    }
}

/// All connections that are open.
struct Register {
    limits: Limits,
    open: Mutex<(u64, HashMap<u64, Arc<Connection>>)>,
}

impl Register {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            open: Mutex::default(),
        }
    }

    /// A place for one more connection, be it that of another; nothing if all are at work.
    fn enter(self: &Arc<Self>, source: Option<IpAddr>) -> Option<Entry> {
        if held(&self.open).1.len() >= self.limits.connections && !self.make_room() {
            return None;
        }
        let connection = Arc::new(Connection::new(source));
        let mut open = held(&self.open);
        open.0 += 1;
        let number = open.0;
        open.1.insert(number, connection.clone());
        Some(Entry {
            number,
            connection,
            register: self.clone(),
        })
    }

    /// Closes the connection that has waited longest for its client, of those from the source that
    /// has most. False if none waits.
    fn make_room(&self) -> bool {
        let mut open = held(&self.open);
        let mut of_source: HashMap<Option<IpAddr>, usize> = HashMap::new();
        for connection in open.1.values() {
            *of_source.entry(connection.source).or_default() += 1;
        }
        let waiting = open.1.iter().filter_map(|(number, connection)| {
            let since = connection.state().waits_since()?;
            Some((Reverse(of_source[&connection.source]), since, *number))
        });
        let Some((.., number)) = waiting.min() else {
            return false;
        };
        if let Some(connection) = open.1.remove(&number) {
            connection.closed.notify_one();
        }
        true
    }

    fn close_overdue(&self) {
        let now = Instant::now();
        held(&self.open).1.retain(|_, connection| {
            let overdue = connection.state().is_overdue(now, &self.limits);
            if overdue {
                connection.closed.notify_one();
            }
            !overdue
        });
    }
}

/// A connection's place in the register, free again when this is dropped.
struct Entry {
    number: u64,
    connection: Arc<Connection>,
    register: Arc<Register>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        held(&self.register.open).1.remove(&self.number);
    }
}

/// What is locked here is never left half changed.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The bytes of a connection, which tell it what its client does.
struct Watched<Io> {
    io: Io,
    connection: Arc<Connection>,
}

impl<Io: AsyncRead + Unpin> AsyncRead for Watched<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.io).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.connection.bytes_came();
        }
        polled
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Watched<Io> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.io).poll_write(context, bytes);
        self.connection.written(polled.is_ready());
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.io).poll_write_vectored(context, parts);
        self.connection.written(polled.is_ready());
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}
