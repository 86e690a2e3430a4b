//! The real program as a process of its own, which can be killed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Services that this process has started.
static SERVICES: AtomicUsize = AtomicUsize::new(0);

/// A server that can be killed and started again at the same address.
pub struct Service {
    /// `http://127.0.0.1:PORT`, without a path.
    pub url: String,
    database: String,
    process: Child,
}

impl Service {
    /// Starts one over a database, and waits until it answers.
    pub async fn start(database: &str) -> Self {
        let address = address_to_keep();
        let service = Self {
            url: format!("http://{address}"),
            database: database.to_owned(),
            process: spawn(database, &address),
        };
        service.answers().await;
        service
    }

    /// Starts one that may have no more than so many files open.
    pub async fn start_with_open_files(database: &str, most: u32) -> Self {
        let mut limited = Command::new("sh");
        // `exec`: the process that is killed is the service itself.
        limited.args(["-c", &format!("ulimit -n {most} && exec \"$@\""), "sh"]);
        limited.arg(env!("CARGO_BIN_EXE_qianshou"));
        Self::start_by(limited, database).await
    }

    /// Starts one whose temporary files go to this folder.
    pub async fn start_with_temporary_files_in(database: &str, folder: &Path) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_qianshou"));
        program.env("TMPDIR", folder);
        Self::start_by(program, database).await
    }

    async fn start_by(program: Command, database: &str) -> Self {
        let address = address_to_keep();
        let service = Self {
            url: format!("http://{address}"),
            database: database.to_owned(),
            process: spawn_by(program, database, &address),
        };
        service.answers().await;
        service
    }

    /// Starts it again after it was killed, and waits until it answers.
    pub async fn start_again(&mut self) {
        let address = self.url.trim_start_matches("http://");
        self.process = spawn(&self.database, address);
        self.answers().await;
    }

    async fn answers(&self) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let health = format!("{}/api/v1/health", self.url);
        let deadline = Instant::now() + Duration::from_mins(1);
        while client.get(&health).send().await.is_err() {
            assert!(Instant::now() < deadline, "the service does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The memory that it holds, in MiB.
    pub fn resident_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib = line.unwrap().split_whitespace().nth(1).unwrap();
        kib.parse::<u64>().unwrap() / 1024
    }

    /// Kills it, as `kill -9` does.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address that stays free while nobody listens there for a moment: its port is below those that
/// systems give to whoever asks for any, and another one for each service of this process.
fn address_to_keep() -> String {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    let addresses = (first..32_000).map(|port| format!("127.0.0.1:{port}"));
    let mut free = addresses.filter(|address| std::net::TcpListener::bind(address).is_ok());
    free.nth(SERVICES.fetch_add(1, Ordering::Relaxed)).unwrap()
}

fn spawn(database: &str, address: &str) -> Child {
    let program = Command::new(env!("CARGO_BIN_EXE_qianshou"));
    spawn_by(program, database, address)
}

fn spawn_by(mut program: Command, database: &str, address: &str) -> Child {
    program
        .args(["serve", "--create", "--listen", address])
        .args(["--database", database])
        .env("QIANSHOU_LOG", "error")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
