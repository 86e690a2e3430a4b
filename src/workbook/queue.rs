//! The queue of workbooks: few are made at once, some requests wait, more are refused.
//!
//! A large workbook takes seconds of the processor, a connection of the database while it is read, and
//! memory for all that it holds. Made all at once, a few dozen of them keep everybody else waiting. The same is
//! true of the figures of a year, which have a queue of their own since they take less time.

use std::future::Future;
use std::sync::Arc;

use poem::http::StatusCode;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinError;

use crate::problem::Problem;

/// Workbooks that are made at once.
const AT_ONCE: usize = 2;
/// Requests that may wait for their turn.
const MOST_WAITING: usize = 64;
/// `Retry-After` of a refused request.
const RETRY_AFTER_SECONDS: u32 = 30;

/// Gives turns in the order in which they were asked for.
#[derive(Clone, Debug)]
pub struct Queue {
    /// One permit for each request that makes a workbook or waits.
    places: Arc<Semaphore>,
    /// One permit for each request that makes a workbook.
    turns: Arc<Semaphore>,
}

impl Default for Queue {
    fn default() -> Self {
        Self::new(AT_ONCE, MOST_WAITING)
    }
}

/// The right to make one workbook now. It ends when it is dropped.
#[derive(Debug)]
pub struct Turn {
    _turn: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

/// Why there is no turn, now or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("同时生成的表格文件过多 / too many workbooks are being made")]
pub struct Full;

impl Queue {
    /// A queue for so many at once, with room for so many who wait.
    pub fn new(at_once: usize, most_waiting: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(at_once + most_waiting)),
            turns: Arc::new(Semaphore::new(at_once)),
        }
    }

    /// Waits for a turn; a dropped future leaves the queue. Open no transaction before it: while waiting
    /// here it would hold a connection that others need.
    pub async fn turn(&self) -> Result<Turn, Full> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| Full)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        Ok(Turn {
            _turn: turn.map_err(|_| Full)?,
            _place: place,
        })
    }
}

impl Turn {
    /// Does the work where it keeps no request waiting. The turn lasts as long as the work, also when
    /// nobody waits for the result any more.
    pub async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        tokio::task::spawn_blocking(move || {
            let _turn = self;
            work()
        })
        .await
    }

    /// [`run`](Self::run) for work that also asks the database: thousands of rows that become records take the
    /// processor as a workbook does, and on the threads of requests they would keep these waiting.
    pub async fn run_async<T: Send + 'static, F: Future<Output = T>>(
        self,
        work: impl FnOnce() -> F + Send + 'static,
    ) -> Result<T, JoinError> {
        let runtime = Handle::current();
        self.run(move || runtime.block_on(work())).await
    }
}

impl From<Full> for Problem {
    fn from(_: Full) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too_many_workbooks",
            "正在生成的报表和表格文件过多，请稍后重试",
            "too many reports and workbooks are being made, try again later",
        )
        .retry_after(RETRY_AFTER_SECONDS)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn turns_come_in_order_and_more_than_can_wait_are_sent_away() {
        let queue = Queue::new(1, 2);
        let first = queue.turn().await.unwrap();
        let waiting = [0, 1].map(|_| {
            let queue = queue.clone();
            tokio::spawn(async move { queue.turn().await })
        });
        while queue.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(queue.turn().await.unwrap_err(), Full);
        let [second, third] = waiting;
        drop(first);
        let second = second.await.unwrap().unwrap();
        assert!(!third.is_finished());
        // A request that stops waiting leaves the queue.
        third.abort();
        assert!(third.await.unwrap_err().is_cancelled());
        drop(second);
        drop(queue.turn().await.unwrap());
        assert_eq!(queue.places.available_permits(), 3);
    }

    #[tokio::test]
    async fn a_turn_lasts_as_long_as_its_work() {
        let queue = Queue::new(1, 0);
        let (go_on, wait) = mpsc::channel::<()>();
        let (began, begun) = tokio::sync::oneshot::channel();
        let turn = queue.turn().await.unwrap();
        let caller = tokio::spawn(turn.run(move || {
            let _ = began.send(());
            let _ = wait.recv();
        }));
        begun.await.unwrap();
        // The client goes away; the work does not.
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        assert_eq!(queue.turn().await.unwrap_err(), Full);
        drop(go_on);
        while queue.turn().await.is_err() {
            tokio::task::yield_now().await;
        }
    }
}
