//! Logging in with any name and password.

use std::time::Duration;

use serde_json::json;

use super::{Answer, Client, PASSWORD, TestServer};

/// A password in place of [`PASSWORD`](super::PASSWORD).
pub const NEW_PASSWORD: &str = "另一个足够长的口令";

/// No account's password.
pub const WRONG_PASSWORD: &str = "不是这个口令";

/// The path of an account.
pub fn account_path(client: &Client) -> String {
    format!("/accounts/{}", client.account_id.unwrap())
}

impl Client {
    /// Asks for a session with any name and password; [`TestServer::log_in`](super::TestServer::log_in)
    /// gives the client of an account that is there.
    pub async fn log_in(&self, username: &str, password: &str) -> Answer {
        let body = json!({ "username": username, "password": password });
        self.post("/sessions").json(&body).await
    }
}

/// Asks for an account of a leader.
pub async fn add_leader(administrator: &Client, username: &str) -> Answer {
    let body = json!({ "username": username, "role": "leader", "password": PASSWORD });
    administrator.post("/accounts").json(&body).await
}

/// The status that a log-in with an account that is there gets.
pub async fn log_in_status(server: &TestServer, client: &Client) -> u16 {
    loop {
        let answer = server.stranger().log_in(&client.username, PASSWORD).await;
        match answer.status {
            507 => drop(answer.expect_problem(507, "storage_full")),
            // All tests share the queue in which passwords wait, and some flood it.
            503 if answer.text().contains("log_in_busy") => {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
            201 => {}
            _ => eprintln!("a log-in: {}", answer.text()),
        }
        return answer.status;
    }
}
