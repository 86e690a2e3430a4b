//! A listening server.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use poem::listener::{Acceptor, Listener, TcpListener};
use qianshou::access::making::{self, NewAccount};
use qianshou::access::{Caller, Role};
use qianshou::app::App;
use qianshou::db::Db;
use qianshou::server;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::staff::add_person;
use super::{Client, TestDatabase};

/// The password of every account made here.
pub const PASSWORD: &str = "一个足够长的口令";

/// A server that listens on a port of its own, over a database of its own. It stops when the value
/// is dropped.
pub struct TestServer {
    /// The application, to call what has no operation.
    pub app: App,
    /// Its database, to put things there or to look.
    pub db: Db,
    /// `http://127.0.0.1:PORT`, without a path.
    pub url: String,
    accounts: AtomicU32,
    _stop: oneshot::Sender<()>,
    /// Dropped last: fields are dropped in their order.
    pub database: TestDatabase,
}

impl TestServer {
    /// Starts one.
    pub async fn start() -> Self {
        let database = TestDatabase::create().await;
        let db = database.open().await;
        Self::over(database, db).await
    }

    /// Starts one, and gives a client of the office beside it.
    pub async fn start_with_office() -> (Self, Client) {
        let server = Self::start().await;
        let office = server.client(Role::Office).await;
        (server, office)
    }

    /// Starts one whose writers wait for each other no longer than this.
    pub async fn start_with_patience(patience: Duration) -> Self {
        let database = TestDatabase::create().await;
        let db = database.open_with(patience).await;
        Self::over(database, db).await
    }

    /// Starts one that believes a proxy at these addresses.
    pub async fn start_behind_proxy(proxies: &str) -> Self {
        let database = TestDatabase::create().await;
        let mut app = App::new(database.open().await);
        app.trusted_proxies = [proxies.parse().unwrap()].into();
        Self::of(database, app).await
    }

    /// Starts one at which it is `time` now.
    pub async fn start_at(time: DateTime<Utc>) -> Self {
        let database = TestDatabase::create().await;
        let mut app = App::new(database.open().await);
        app.ahead = time - app.now();
        Self::of(database, app).await
    }

    /// Starts one that lets in pages of these origins.
    pub async fn start_with_cors(origins: &[&str]) -> Self {
        let database = TestDatabase::create().await;
        let mut app = App::new(database.open().await);
        app.cors_origins = origins.iter().map(|it| (*it).to_owned()).collect();
        Self::of(database, app).await
    }

    /// Starts one over a database that was opened in a way of its own.
    pub async fn over(database: TestDatabase, db: Db) -> Self {
        Self::of(database, App::new(db)).await
    }

    async fn of(database: TestDatabase, mut app: App) -> Self {
        let db = app.db.clone();
        app.reader.path = env!("CARGO_BIN_EXE_qianshou").into();
        let acceptor = TcpListener::bind("127.0.0.1:0")
            .into_acceptor()
            .await
            .unwrap();
        let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = app.clone();
        tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            server::serve(&served, acceptor, stopped).await.unwrap();
        });
        Self {
            app,
            db,
            url: format!("http://{address}"),
            accounts: AtomicU32::new(0),
            _stop: stop,
            database,
        }
    }

    /// A client that has not logged in.
    pub fn stranger(&self) -> Client {
        Client::new(&self.url, None)
    }

    /// A client that is logged in with a new account of this role; one that needs a person gets a
    /// new one of the staff roster, see [`Client::staff_id`].
    pub async fn client(&self, role: Role) -> Client {
        let staff_id = if role.needs_person() {
            Some(self.add_staff().await)
        } else {
            None
        };
        self.client_of(role, staff_id).await
    }

    /// A client that is logged in as the helper who is this person of the staff roster.
    pub async fn helper(&self, staff_id: Uuid) -> Client {
        self.client_of(Role::Helper, Some(staff_id)).await
    }

    /// A client that is logged in as the contact of a person's unit, who is another person of it.
    pub async fn contact_of(&self, staff_id: Uuid) -> Client {
        let mut tx = self.db.read().await.unwrap();
        let person = qianshou::staff::store::find(&mut tx, staff_id).await;
        let unit = person.unwrap().unwrap().unit;
        drop(tx);
        let contact = add_person(self, &unit, "李联络").await;
        self.client_of(Role::UnitContact, Some(contact)).await
    }

    /// A client that is logged in with a new account of this role, of this person if there is one.
    pub async fn client_of(&self, role: Role, staff_id: Option<Uuid>) -> Client {
        let username = format!("{role}-{}", self.accounts.fetch_add(1, Ordering::Relaxed));
        let new = NewAccount {
            username: username.clone(),
            role,
            staff_id,
            password: Some(PASSWORD.to_owned()),
        };
        making::create(&self.app, &Caller::command_line(), None, new)
            .await
            .unwrap();
        let mut client = self.log_in(&username).await;
        client.staff_id = staff_id;
        client
    }

    /// Logs in with an account that is there.
    pub async fn log_in(&self, username: &str) -> Client {
        let session = self.stranger().log_in(username, PASSWORD).await.expect(201);
        let mut client = Client::new(&self.url, session["token"].as_str());
        username.clone_into(&mut client.username);
        client.account_id = session["account"]["id"]
            .as_str()
            .and_then(|id| id.parse().ok());
        client
    }

    /// A person of the staff roster, in a unit of their own.
    pub async fn add_staff(&self) -> Uuid {
        let (unit_id, staff_id, now) = (Uuid::now_v7(), Uuid::now_v7(), self.app.now());
        let mut tx = self.db.write().await.unwrap();
        qianshou::insert!(&mut tx, "unit", [()], |_unit| {
            id: unit_id,
            name: format!("第{unit_id}小学"),
        })
        .unwrap();
        qianshou::insert!(&mut tx, "staff", [()], |_staff| {
            id: staff_id,
            name: "张帮扶",
            unit_id: unit_id,
            rank: "ordinary",
            active: true,
            version: 1_i64,
            created_at: now,
            updated_at: now,
        })
        .unwrap();
        tx.commit().await.unwrap();
        staff_id
    }
}
