//! Long computations, where they keep no request waiting.

use std::time::Instant;

use super::error::broke_off;
use crate::problem::Problem;

/// Computes something on a thread of its own.
pub(super) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| broke_off(&error))
}

/// Measures the steps of a long work, each by itself.
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the last lap.
    pub(super) fn lap(&mut self) -> f64 {
        let begun = std::mem::replace(&mut self.0, Instant::now());
        begun.elapsed().as_secs_f64()
    }
}
