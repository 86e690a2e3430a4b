//! Whether the service is well: for load balancers and for the people on call.

use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use crate::api::Tag;
use crate::app::App;
use crate::db::known_schema;
use crate::problem::{Fault, bits};

/// The health page.
pub struct HealthApi(pub App);

/// The service is well.
#[derive(Object)]
struct ServiceHealth {
    /// Version of the program.
    version: String,
    /// Engine of the database.
    database: String,
    /// Whether a row was just written to the disk. `false` while another writer holds the database,
    /// such as an import that is being committed.
    writable: bool,
    /// Number of the latest migration of the database.
    database_schema: i64,
    /// Number of the latest migration that this program knows. A database that is ahead was moved
    /// forward by a later version, which should replace this one.
    program_schema: i64,
}

#[OpenApi(tag = "Tag::Health")]
impl HealthApi {
    /// Is the service well
    ///
    /// Writes one row to the database and reads from it, at most once a second however often it is
    /// asked; 503 with the reason if the database does not answer within two seconds, or its file was taken
    /// away, 507 if the disk is full.
    #[oai(path = "/health", method = "get", operation_id = "getHealth")]
    async fn get_health(
        &self,
    ) -> Result<Json<ServiceHealth>, Fault<{ bits::BAD_REQUEST | bits::SERVER }>> {
        let pulse = self.0.db.pulse().await?;
        Ok(Json(ServiceHealth {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            database: self.0.db.engine().to_string(),
            writable: pulse.writes,
            database_schema: pulse.schema,
            program_schema: known_schema(),
        }))
    }
}
