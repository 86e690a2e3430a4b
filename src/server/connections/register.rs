//! The connections that are open: whose turn it is on each, and which is closed for another.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use super::limits::Limits;

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
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
pub(super) struct Connection {
    /// Where it comes from.
    source: Option<IpAddr>,
    state: Mutex<State>,
    /// Rung when it is to be closed.
    pub(super) closed: Notify,
}

#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) turn: Turn,
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

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        held(&self.state)
    }

    pub(super) fn set(&self, turn: Turn) {
        let mut state = self.state();
        (state.turn, state.since) = (turn, Instant::now());
    }

    pub(super) fn wait_for_body(&self) {
        // Asked again without anything new, it has waited since it was asked first.
        if self.state().turn != Turn::Body {
            self.set(Turn::Body);
        }
    }

    pub(super) fn bytes_came(&self) {
        if matches!(self.state().turn, Turn::First | Turn::Next) {
            self.set(Turn::Head);
        }
    }

    pub(super) fn written(&self, all_taken: bool) {
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
pub(super) struct Register {
    limits: Limits,
    open: Mutex<(u64, HashMap<u64, Arc<Connection>>)>,
}

impl Register {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            open: Mutex::default(),
        }
    }

    /// A place for one more connection, if need be that of another; `None` if all are at work.
    pub(super) fn enter(self: &Arc<Self>, source: Option<IpAddr>) -> Option<Entry> {
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
    pub(super) fn make_room(&self) -> bool {
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

    pub(super) fn close_overdue(&self) {
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
pub(super) struct Entry {
    number: u64,
    pub(super) connection: Arc<Connection>,
    register: Arc<Register>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        held(&self.register.open).1.remove(&self.number);
    }
}

/// Ignores poisoning: what is locked here is never left half changed.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
