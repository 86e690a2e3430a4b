//! How the database was last, and whether a server answers at all: asked so often, at most, that it
//! costs nothing.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// How long an answer is kept, so that the database is asked at most so often.
const FRESH: Duration = Duration::from_secs(1);
/// How long a database may take to write one row, or a server to take a connection.
pub(super) const PROMPT: Duration = Duration::from_millis(900);
/// After so long a wait for a connection, the server is asked whether it answers at all.
const LOOK: Duration = Duration::from_secs(2);

/// A database that is well.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    /// Whether a row was written just now; if not, another writer holds the database.
    pub writes: bool,
    /// The schema that the database has: the number of its latest migration.
    pub schema: i64,
}

/// The latest answer, with its time. Whoever asks meanwhile waits for it and does not ask again.
type Latest<T> = Mutex<Option<(Instant, Result<T, Arc<sqlx::Error>>)>>;

async fn fresh<T: Clone>(
    latest: &Latest<T>,
    ask: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, Arc<sqlx::Error>> {
    let mut latest = latest.lock().await;
    if let Some((at, answer)) = &*latest
        && at.elapsed() < FRESH
    {
        return answer.clone();
    }
    let answer = ask.await.map_err(Arc::new);
    *latest = Some((Instant::now(), answer.clone()));
    answer
}

/// How the database was last.
#[derive(Debug, Default)]
pub struct Kept(Latest<Pulse>);

impl Kept {
    /// The latest pulse if it is fresh, or a new one.
    pub(super) async fn or_feel(
        &self,
        feel: impl Future<Output = Result<Pulse, sqlx::Error>>,
    ) -> Result<Pulse, Arc<sqlx::Error>> {
        fresh(&self.0, feel).await
    }
}

/// Whether a PostgreSQL server answers at all.
#[derive(Debug)]
pub struct Reach {
    options: PgConnectOptions,
    latest: Latest<()>,
}

impl Reach {
    pub(super) fn of(options: PgConnectOptions) -> Self {
        Self {
            options,
            latest: Latest::default(),
        }
    }

    /// Does something that may have to wait for others, and gives up as soon as the server does not
    /// answer: waiting makes sense only while it does.
    pub(super) async fn while_waiting<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        // Boxed: it would make the future of every operation larger.
        let mut work = Box::pin(work);
        loop {
            match timeout(LOOK, &mut work).await {
                Ok(done) => return done,
                // Rare, and large.
                Err(_) => Box::pin(self.ask()).await?,
            }
        }
    }

    pub(super) async fn ask(&self) -> Result<(), sqlx::Error> {
        fresh(&self.latest, self.knock())
            .await
            .map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))
    }

    /// Opens a connection of its own, since those of a pool are waited for.
    async fn knock(&self) -> Result<(), sqlx::Error> {
        let knocked = timeout(PROMPT, async {
            let mut connection = self.options.connect().await?;
            connection.ping().await?;
            connection.close().await
        });
        match knocked.await {
            Ok(Err(error)) if !is_full(&error) => Err(error),
            // Who says that it has no connection left is there.
            Ok(_) => Ok(()),
            Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())),
        }
    }
}

/// `too_many_connections`.
fn is_full(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.code().as_deref() == Some("53300"))
}
