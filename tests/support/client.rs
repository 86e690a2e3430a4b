//! A client that asserts.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use qianshou::api::API_ROOT;
use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{XLSX, check_package};

/// Talks to one server with one token, or none.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    /// The bearer token.
    pub token: Option<String>,
    /// The account's name; empty for a stranger.
    pub username: String,
    /// The account's id.
    pub account_id: Option<Uuid>,
    /// The person of the staff roster, for a helper.
    pub staff_id: Option<Uuid>,
}

impl Client {
    pub(super) fn new(url: &str, token: Option<&str>) -> Self {
        Self {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            url: url.to_owned(),
            token: token.map(ToOwned::to_owned),
            username: String::new(),
            account_id: None,
            staff_id: None,
        }
    }

    /// The same account at another server, `http://127.0.0.1:PORT`, over the same database.
    pub fn at_server(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self.clone()
        }
    }

    /// The same account from another address of this machine, `127.0.0.N`.
    pub fn at_address(&self, address: &str) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .local_address(address.parse::<std::net::IpAddr>().unwrap());
        Self {
            http: http.build().unwrap(),
            ..self.clone()
        }
    }

    /// GET of a path below the API's root, such as `/households`.
    pub fn get(&self, path: &str) -> Call {
        self.call(&Method::GET, path)
    }

    /// POST to a path below the API's root.
    pub fn post(&self, path: &str) -> Call {
        self.call(&Method::POST, path)
    }

    /// PUT to a path below the API's root.
    pub fn put(&self, path: &str) -> Call {
        self.call(&Method::PUT, path)
    }

    /// PATCH of a path below the API's root.
    pub fn patch(&self, path: &str) -> Call {
        self.call(&Method::PATCH, path)
    }

    /// DELETE of a path below the API's root.
    pub fn delete(&self, path: &str) -> Call {
        self.call(&Method::DELETE, path)
    }

    fn call(&self, method: &Method, path: &str) -> Call {
        self.at(method, &format!("{API_ROOT}{path}"))
    }

    /// The items of the list at a path, or of its first page.
    pub async fn items(&self, path: &str) -> Vec<Value> {
        let page = self.get(path).await.expect(200);
        page["items"].as_array().unwrap().clone()
    }

    /// All items of a list, asked for page by page with so many on each.
    pub async fn paged(&self, path: &str, limit: usize) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = None::<String>;
        loop {
            let mut call = self.get(path).query(&[("limit", limit)]);
            if let Some(cursor) = &cursor {
                call = call.query(&[("cursor", cursor)]);
            }
            let page = call.await.expect(200);
            let found = page["items"].as_array().unwrap();
            assert!(found.len() <= limit, "{path}: {} on a page", found.len());
            items.extend(found.iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
        }
    }

    /// The entity tag of what is at a path.
    pub async fn tag(&self, path: &str) -> String {
        self.get(path).await.header("etag").to_owned()
    }

    /// The file at a path.
    pub async fn download(&self, path: &str) -> Vec<u8> {
        let answer = self.get(path).await;
        answer.expect(200);
        answer.bytes
    }

    /// Any method on a path of the server.
    pub fn at(&self, method: &Method, path: &str) -> Call {
        let mut request = self
            .http
            .request(method.clone(), format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        Call {
            what: format!("{method} {path}"),
            request,
        }
    }
}

/// A request; `.await` sends it.
#[must_use]
pub struct Call {
    what: String,
    request: RequestBuilder,
}

impl Call {
    fn with(self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        Self {
            what: self.what,
            request: change(self.request),
        }
    }

    /// With query parameters.
    pub fn query(self, parameters: &(impl Serialize + ?Sized)) -> Self {
        self.with(|request| request.query(parameters))
    }

    /// With a JSON body.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        self.with(|request| request.json(body))
    }

    /// With a body of any type.
    pub fn body(self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        self.with(|request| request.header("content-type", content_type).body(body))
    }

    /// With one file, as `multipart/form-data` in the field `file`.
    pub fn file(self, name: &str, content_type: &str, bytes: Vec<u8>) -> Self {
        let part = reqwest::multipart::Part::bytes(bytes)
            .file_name(name.to_owned())
            .mime_str(content_type)
            .unwrap();
        self.multipart(reqwest::multipart::Form::new().part("file", part))
    }

    /// With a form of several parts.
    pub fn multipart(self, form: reqwest::multipart::Form) -> Self {
        self.with(|request| request.multipart(form))
    }

    /// With an `Idempotency-Key`.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// With the entity tag of the version that is to be changed.
    pub fn if_match(self, tag: &str) -> Self {
        self.header("if-match", tag)
    }

    /// With a header.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.with(|request| request.header(name, value))
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let response = self
                .request
                .send()
                .await
                .unwrap_or_else(|error| panic!("{}: no answer: {error:?}", self.what));
            let answer = Answer {
                status: response.status().as_u16(),
                headers: response.headers().clone(),
                bytes: response.bytes().await.unwrap().to_vec(),
                what: self.what,
            };
            // The file of an import is as it was sent, whatever it is.
            let is_ours = !answer.what.ends_with("/file");
            if answer.status == 200 && answer.header("content-type") == XLSX && is_ours {
                check_package(&answer.bytes);
            }
            answer
        })
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    what: String,
    /// HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// A header, empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap_or(""))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Asserts this status and gives the body: as JSON, or null if there is none or it is something
    /// else.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.what, self.text());
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// Asserts a problem of this status and code, in the form that every problem has.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(problem["code"], code, "{}: {problem}", self.what);
        assert!(
            self.header("content-type")
                .starts_with("application/problem+json"),
            "{}: content type {}",
            self.what,
            self.header("content-type"),
        );
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(
            problem["type"],
            format!("urn:qianshou:problem:{code}"),
            "{problem}"
        );
        for field in ["title", "detail", "instance"] {
            assert!(
                problem[field].as_str().is_some_and(|text| !text.is_empty()),
                "{field}: {problem}"
            );
        }
        problem
    }
}
