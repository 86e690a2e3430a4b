//! Whether the service is well: for load balancers and for whoever is called at night.

use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use crate::api::Tag;
use crate::app::App;
use crate::on;
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
}

#[OpenApi(tag = "Tag::Health")]
impl HealthApi {
    /// Is the service well
    ///
    /// Asks the database; 503 with the reason if it does not answer.
    #[oai(path = "/health", method = "get", operation_id = "getHealth")]
    async fn get_health(
        &self,
    ) -> Result<Json<ServiceHealth>, Fault<{ bits::BAD_REQUEST | bits::SERVER }>> {
        let mut tx = self.0.db.read().await?;
        on!(&mut tx, connection => sqlx::query("SELECT count(*) FROM unit")
            .execute(connection).await.map(|_| ()))?;
        Ok(Json(ServiceHealth {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            database: self.0.db.engine().to_string(),
        }))
    }
}
