//! Logging in with any name and password.

use serde_json::json;

use super::{Answer, Client};

/// A password in place of [`PASSWORD`](super::PASSWORD).
pub const NEW_PASSWORD: &str = "另一个足够长的口令";

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
