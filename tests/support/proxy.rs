//! A connection to PostgreSQL that can go wrong: silent, or broken at the very commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::TestDatabase;

const PASS: u8 = 0;
const SILENT: u8 = 1;
const BREAK_AT_COMMIT: u8 = 2;

/// Passes on what a program and a PostgreSQL server say to each other.
pub struct Proxy {
    /// The address of the database, through it.
    pub url: String,
    mode: Arc<AtomicU8>,
}

impl Proxy {
    /// One before the server of a database; none where the engine needs no connection.
    pub async fn before(database: &TestDatabase) -> Option<Self> {
        let TestDatabase::Postgres { url, .. } = database else {
            return None;
        };
        let (before, rest) = url.split_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mode = Arc::new(AtomicU8::new(PASS));
        tokio::spawn(pass_all(listener, server.to_owned(), mode.clone()));
        Some(Self {
            url: format!("{before}@{address}/{name}"),
            mode,
        })
    }

    /// From now on nothing passes: connections are taken and never answered.
    pub fn fall_silent(&self) {
        self.mode.store(SILENT, Ordering::Relaxed);
    }

    /// The next commit reaches the server, and its connection breaks before the answer.
    pub fn break_at_commit(&self) {
        self.mode.store(BREAK_AT_COMMIT, Ordering::Relaxed);
    }

    /// All passes again.
    pub fn recover(&self) {
        self.mode.store(PASS, Ordering::Relaxed);
    }
}

async fn pass_all(listener: TcpListener, server: String, mode: Arc<AtomicU8>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let (server, mode) = (server.clone(), mode.clone());
        tokio::spawn(async move {
            let server = TcpStream::connect(server).await.unwrap();
            // Either side may be gone at any time.
            let _ = pass(client, server, &mode).await;
        });
    }
}

async fn pass(
    mut client: TcpStream,
    mut server: TcpStream,
    mode: &AtomicU8,
) -> std::io::Result<()> {
    let (mut from_client, mut from_server) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        let (read, to_server) = tokio::select! {
            read = client.read(&mut from_client) => (read?, true),
            read = server.read(&mut from_server) => (read?, false),
        };
        if read == 0 {
            return Ok(());
        }
        while mode.load(Ordering::Relaxed) == SILENT {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        if to_server {
            let said = &from_client[..read];
            server.write_all(said).await?;
            let commits = said.windows(6).any(|six| six == b"COMMIT");
            if commits && mode.load(Ordering::Relaxed) == BREAK_AT_COMMIT {
                // The server has answered, so it is done; nobody hears it.
                let _answered = server.read(&mut from_server).await?;
                mode.store(PASS, Ordering::Relaxed);
                return Ok(());
            }
        } else {
            client.write_all(&from_server[..read]).await?;
        }
    }
}
