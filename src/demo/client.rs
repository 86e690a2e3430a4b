//! A client as anyone could write it: only HTTP and JSON, no internal functions.

use std::time::Duration;

use reqwest::{Method, multipart};
use serde_json::{Value, json};

/// How long to wait before asking again how far an import is.
const WAIT: Duration = Duration::from_millis(50);

/// What the demo could not do.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The server did not answer.
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    /// The server refused a request.
    #[error("{call}: {status} {body}")]
    Refused {
        /// Path of the request.
        call: String,
        /// The status of the answer.
        status: u16,
        /// The body of the answer.
        body: String,
    },
    /// Nothing can be served at the address.
    #[error(transparent)]
    NotBound(#[from] crate::server::NotBound),
    /// A file of the demo cannot be read or written.
    #[error("{}", crate::os_error::words(.0).chinese)]
    File(#[from] std::io::Error),
    /// A roster cannot be written as a workbook.
    #[error("{0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The demo's database cannot be opened.
    #[error("{0}")]
    Database(#[from] crate::db::DbError),
    /// The database of an earlier demo cannot be removed.
    #[error("{0}")]
    Earlier(#[from] crate::db::BackupError),
    /// The first administrator cannot be made.
    #[error("{0}")]
    Problem(#[from] crate::problem::Problem),
}

/// Someone who is logged in.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    root: String,
    token: String,
}

impl Client {
    /// Logs in at the server of this address.
    pub async fn log_in(server: &str, username: &str, password: &str) -> Result<Self, DemoError> {
        let mut client = Self {
            http: reqwest::Client::new(),
            root: format!("{server}{}", crate::api::API_ROOT),
            token: String::new(),
        };
        let credentials = json!({ "username": username, "password": password });
        let session = client.post("/sessions", &credentials).await?;
        session["token"]
            .as_str()
            .unwrap_or_default()
            .clone_into(&mut client.token);
        Ok(client)
    }

    /// GET, as JSON.
    pub async fn get(&self, path: &str) -> Result<Value, DemoError> {
        self.send(path, self.request(Method::GET, path)).await
    }

    /// Reads a list to its end.
    pub async fn get_all(&self, path: &str) -> Result<Vec<Value>, DemoError> {
        let mut items = Vec::new();
        let mut page = self.get(path).await?;
        loop {
            if let Value::Array(more) = page["items"].take() {
                items.extend(more);
            }
            let Some(cursor) = page["next_cursor"].as_str() else {
                return Ok(items);
            };
            let sign = if path.contains('?') { '&' } else { '?' };
            page = self.get(&format!("{path}{sign}cursor={cursor}")).await?;
        }
    }

    /// POST with a JSON body; gives the JSON of the answer.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, DemoError> {
        self.send(path, self.request(Method::POST, path).json(body))
            .await
    }

    /// PUT with a JSON body, whatever the current version is (`If-Match: *`).
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value, DemoError> {
        let request = self.request(Method::PUT, path).header("if-match", "*");
        self.send(path, request.json(body)).await
    }

    /// Sends a roster, waits until it is checked, and takes it into the register.
    pub async fn import(&self, path: &str, name: &str, file: Vec<u8>) -> Result<Value, DemoError> {
        let part = multipart::Part::bytes(file)
            .file_name(name.to_owned())
            .mime_str("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")?;
        let form = multipart::Form::new().part("file", part);
        let request = self.request(Method::POST, path).multipart(form);
        let mut import = self.send(path, request).await?;
        let path = format!("/imports/{}", import["id"].as_str().unwrap_or_default());
        while ["queued", "reading", "checking"].contains(&import["state"].as_str().unwrap_or("")) {
            tokio::time::sleep(WAIT).await;
            import = self.get(&path).await?;
        }
        self.post(&format!("{path}/commit"), &json!({})).await
    }

    /// Downloads a file.
    pub async fn download(&self, path: &str) -> Result<Vec<u8>, DemoError> {
        let answer = self.request(Method::GET, path).send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        if status.is_success() {
            Ok(body.to_vec())
        } else {
            Err(refused(path, status, &String::from_utf8_lossy(&body)))
        }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.root));
        if self.token.is_empty() {
            request
        } else {
            request.bearer_auth(&self.token)
        }
    }

    async fn send(&self, path: &str, request: reqwest::RequestBuilder) -> Result<Value, DemoError> {
        let answer = request.send().await?;
        let status = answer.status();
        let body = answer.text().await?;
        if status.is_success() {
            Ok(serde_json::from_str(&body).unwrap_or_default())
        } else {
            Err(refused(path, status, &body))
        }
    }
}

fn refused(path: &str, status: reqwest::StatusCode, body: &str) -> DemoError {
    DemoError::Refused {
        call: path.to_owned(),
        status: status.as_u16(),
        body: body.to_owned(),
    }
}
