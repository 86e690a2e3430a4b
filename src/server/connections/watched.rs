//! What goes in and out by a connection, watched to tell the connection whose turn it is.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::StreamExt;
use hyper::body::{Frame, SizeHint};
use poem::Body;
use poem::http::{HeaderMap, header};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::register::{Connection, Turn};

/// How much of a request's body has not been read; more than all for one of unknown length until its
/// end was seen.
#[derive(Clone)]
pub(super) struct Unread(Arc<AtomicU64>);

impl Unread {
    pub(super) fn of(body: &Body, headers: &HeaderMap) -> Self {
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

    pub(super) fn is_any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// The body of a request, which says when the connection waits for more of it.
pub(super) fn watched(body: Body, connection: Arc<Connection>, unread: Unread) -> Body {
    /// When the body is dropped, the connection no longer waits for it.
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
pub(super) struct AnswerBody {
    pub(super) body: Pin<Box<dyn hyper::body::Body<Data = Bytes, Error = io::Error> + Send>>,
    pub(super) connection: Arc<Connection>,
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

/// The bytes of a connection, which tell it what its client does.
pub(super) struct Watched<Io> {
    pub(super) io: Io,
    pub(super) connection: Arc<Connection>,
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
