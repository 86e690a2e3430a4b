//! Whose password is checked next: a few at once, and a short queue that is fair.
//!
//! A flood of log-ins must neither take the memory of the service nor keep honest ones waiting. So
//! the memory for hashing is allocated once for each turn and handed on, the queue is short, and
//! turns go round: between known clients and strangers, among these by source, and within a source
//! by name. A thousand guesses from one address wait for each other, and not the one log-in from
//! elsewhere for them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Who waits, from the widest group to the narrowest: known or a stranger, the source, the name.
pub type Lane = [String; 3];

/// The lane of a client that is known: a device, a place, an account that is logged in.
pub fn known(client: &str, name: &str) -> Lane {
    ["known", client, name].map(str::to_owned)
}

pub fn stranger(source: &str, name: &str) -> Lane {
    ["stranger", source, name].map(str::to_owned)
}

/// Turns by which a `T` is passed on, such as the memory for hashing.
pub struct Turns<T: Send + 'static> {
    state: Mutex<State<T>>,
    at_once: usize,
    most_waiting: usize,
}

struct State<T: Send + 'static> {
    free: Vec<T>,
    made: usize,
    /// In the order in which they came.
    waiting: Vec<Waiting<T>>,
    /// When each group of those that wait had its last turn.
    served: HashMap<Vec<String>, u64>,
    turns: u64,
}

struct Waiting<T: Send + 'static> {
    lane: Lane,
    call: oneshot::Sender<Turn<T>>,
}

/// A turn. It goes to the next who waits when it is dropped.
pub struct Turn<T: Send + 'static> {
    turns: &'static Turns<T>,
    /// Always there until it is dropped.
    kept: Option<T>,
}

/// The queue is full: further requests are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl<T: Send + Default> Turns<T> {
    /// So many turns at once, and so many that wait at most.
    pub fn new(at_once: usize, most_waiting: usize) -> Self {
        Self {
            state: Mutex::new(State {
                free: Vec::new(),
                made: 0,
                waiting: Vec::new(),
                served: HashMap::new(),
                turns: 0,
            }),
            at_once,
            most_waiting,
        }
    }

    /// Waits for a turn.
    pub async fn take(&'static self, lane: Lane) -> Result<Turn<T>, Full> {
        let called = {
            let mut state = self.state();
            if let Some(kept) = state.unused(self.at_once) {
                return Ok(self.turn(kept));
            }
            let (call, called) = oneshot::channel();
            state.join(Waiting { lane, call }, self.most_waiting)?;
            called
        };
        // An error means that it lost its place in a full queue.
        called.await.map_err(|_| Full)
    }

    fn turn(&'static self, kept: T) -> Turn<T> {
        Turn {
            turns: self,
            kept: Some(kept),
        }
    }
}

impl<T: Send> Turns<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send + Default> State<T> {
    /// What a turn works with, if one more may begin at once.
    fn unused(&mut self, at_once: usize) -> Option<T> {
        if let Some(kept) = self.free.pop() {
            return Some(kept);
        }
        (self.made < at_once).then(|| {
            self.made += 1;
            T::default()
        })
    }
}

impl<T: Send> State<T> {
    /// Queues one. In a full queue the last of the longest lane makes room for it, unless it
    /// would be that one itself.
    fn join(&mut self, new: Waiting<T>, most_waiting: usize) -> Result<(), Full> {
        self.waiting.retain(|waiting| !waiting.call.is_closed());
        if self.waiting.len() >= most_waiting {
            let longest = self.longest_lane();
            if !self.is_shorter(&new.lane, &longest) {
                return Err(Full);
            }
            if let Some(last) = self.waiting.iter().rposition(|it| it.lane == longest) {
                self.waiting.remove(last);
            }
        }
        self.waiting.push(new);
        Ok(())
    }

    /// Whether a lane stays shorter than the longest one when one more joins it, by the widest
    /// group that the two do not share.
    fn is_shorter(&self, lane: &Lane, longest: &Lane) -> bool {
        let differs = lane
            .iter()
            .zip(longest)
            .position(|(one, other)| one != other);
        differs.is_some_and(|depth| {
            self.of_group(&lane[..=depth]) + 1 < self.of_group(&longest[..=depth])
        })
    }

    fn of_group(&self, group: &[String]) -> usize {
        let waiting = self.waiting.iter();
        waiting.filter(|it| it.lane.starts_with(group)).count()
    }

    fn longest_lane(&self) -> Lane {
        let lanes = self.waiting.iter().map(|it| &it.lane);
        lanes
            .max_by_key(|lane| groups(lane).map(|group| self.of_group(group)))
            .cloned()
            .unwrap_or_default()
    }

    /// Who is next: of the groups the one that had no turn for the longest, then who came first.
    fn next(&mut self) -> Option<Waiting<T>> {
        self.waiting.retain(|waiting| !waiting.call.is_closed());
        let last_turns = |lane: &Lane| groups(lane).map(|group| self.served.get(group).copied());
        let waiting = self.waiting.iter().enumerate();
        let (position, _) = waiting.min_by_key(|(_, it)| last_turns(&it.lane))?;
        let next = self.waiting.remove(position);
        self.turns += 1;
        for group in groups(&next.lane) {
            self.served.insert(group.to_vec(), self.turns);
        }
        // Only those that wait are remembered: the map stays as short as the queue.
        let waiting = &self.waiting;
        self.served
            .retain(|group, _| waiting.iter().any(|it| it.lane.starts_with(group)));
        Some(next)
    }
}

/// The groups that a lane is in, from the widest to itself.
fn groups(lane: &Lane) -> [&[String]; 3] {
    [&lane[..1], &lane[..2], &lane[..]]
}

impl<T: Send> Turn<T> {
    /// The `T` of this turn; `None` only while it is dropped.
    pub fn kept(&mut self) -> Option<&mut T> {
        self.kept.as_mut()
    }
}

impl<T: Send + 'static> Drop for Turn<T> {
    fn drop(&mut self) {
        let Some(kept) = self.kept.take() else { return };
        let mut state = self.turns.state();
        let Some(next) = state.next() else {
            state.free.push(kept);
            return;
        };
        drop(state);
        let turn = Turn {
            turns: self.turns,
            kept: Some(kept),
        };
        // If nobody waits for it any more, it comes back as an error, is dropped here, and goes on.
        let _ = next.call.send(turn);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(at_once: usize, most_waiting: usize) -> &'static Turns<Vec<u8>> {
        Box::leak(Box::new(Turns::new(at_once, most_waiting)))
    }

    type Order = std::sync::Arc<Mutex<Vec<String>>>;

    /// Queues one, which writes down when it has its turn.
    async fn queue(
        turns: &'static Turns<Vec<u8>>,
        at: Lane,
        order: &Order,
    ) -> tokio::task::JoinHandle<bool> {
        let order = order.clone();
        let waiting = turns.state().waiting.len();
        let task = tokio::spawn(async move {
            let words = format!("{}/{}", at[1], at[2]);
            let Ok(turn) = turns.take(at).await else {
                return false;
            };
            order.lock().unwrap().push(words);
            drop(turn);
            true
        });
        // A single-threaded runtime: it runs until it waits.
        tokio::task::yield_now().await;
        assert!(turns.state().waiting.len() >= waiting);
        task
    }

    #[tokio::test]
    async fn turns_go_round_by_source_and_name() {
        let turns = turns(1, 64);
        let order = Order::default();
        let held = turns.take(stranger("", "")).await.unwrap();
        let mut tasks = Vec::new();
        for name in ["a", "a", "a", "b"] {
            tasks.push(queue(turns, stranger("flood", name), &order).await);
        }
        tasks.push(queue(turns, stranger("school", "c"), &order).await);
        drop(held);
        for task in tasks {
            assert!(task.await.unwrap());
        }
        let order = order.lock().unwrap().clone();
        assert_eq!(
            order,
            ["flood/a", "school/c", "flood/b", "flood/a", "flood/a"]
        );
        assert_eq!(turns.state().made, 1);
        assert_eq!(turns.state().free.len(), 1);
        assert!(turns.state().served.is_empty());
    }

    #[tokio::test]
    async fn a_full_queue_puts_out_the_last_of_the_longest_lane() {
        let turns = turns(1, 3);
        let order = Order::default();
        let held = turns.take(stranger("", "")).await.unwrap();
        let mut flood = Vec::new();
        for _ in 0..4 {
            flood.push(queue(turns, stranger("flood", "a"), &order).await);
        }
        let same_source = queue(turns, stranger("flood", "b"), &order).await;
        let elsewhere = queue(turns, stranger("school", "c"), &order).await;
        drop(held);
        assert!(same_source.await.unwrap());
        assert!(elsewhere.await.unwrap());
        let mut let_in = 0;
        for task in flood {
            let_in += usize::from(task.await.unwrap());
        }
        assert_eq!(let_in, 1, "the queue has three places");
    }

    #[tokio::test]
    async fn strangers_from_everywhere_keep_no_known_one_waiting() {
        let turns = turns(1, 3);
        let order = Order::default();
        let held = turns.take(stranger("", "")).await.unwrap();
        let mut strangers = Vec::new();
        for source in ["a", "b", "c"] {
            strangers.push(queue(turns, stranger(source, "x"), &order).await);
        }
        assert!(
            !queue(turns, stranger("d", "x"), &order)
                .await
                .await
                .unwrap()
        );
        let owner = queue(turns, known("home", "owner"), &order).await;
        drop(held);
        assert!(owner.await.unwrap());
        let mut let_in = 0;
        for task in strangers {
            let_in += usize::from(task.await.unwrap());
        }
        assert_eq!(let_in, 2);
        let place = order
            .lock()
            .unwrap()
            .iter()
            .position(|it| it == "home/owner");
        assert!(place.unwrap() <= 1, "strangers and known ones take turns");
    }

    #[tokio::test]
    async fn who_has_gone_away_keeps_nobody_waiting() {
        let turns = turns(2, 64);
        let order = Order::default();
        let held = (
            turns.take(stranger("", "")).await.unwrap(),
            turns.take(stranger("", "")).await.unwrap(),
        );
        let gone = queue(turns, stranger("a", "a"), &order).await;
        let stays = queue(turns, stranger("b", "b"), &order).await;
        gone.abort();
        assert!(gone.await.is_err());
        drop(held);
        assert!(stays.await.unwrap());
        assert_eq!(turns.state().free.len(), 2, "no turn is lost");
    }
}
