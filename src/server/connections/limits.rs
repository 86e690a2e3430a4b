//! How many connections there may be, and how long each may keep the server waiting.

use std::time::Duration;

/// Most connections, if the system allows as many open files.
const MOST_CONNECTIONS: usize = 4096;
/// Files that may be open at once, if the system allows: connections, and files that come in by them.
const OPEN_FILES: u64 = 3 * MOST_CONNECTIONS as u64;

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
