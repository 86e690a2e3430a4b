//! Whether the database is well: that it answers, and that it can write.

use std::sync::Arc;

use chrono::Utc;
use rand::RngExt;
use tokio::time::timeout;

use super::database::Db;
use super::reach::{PROMPT, Pulse};
use super::schema::MIGRATIONS;
use super::transaction::Tx;
use crate::on;

/// What is written to see whether there is room; random, since PostgreSQL would pack it.
const FILLER_BYTES: usize = 32 << 10;
/// The schema that this program knows: the number of its latest migration.
pub fn known_schema() -> i64 {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or_default()
}

impl Db {
    /// Whether it is well: answered within about two seconds, however busy it is.
    pub async fn pulse(&self) -> Result<Pulse, Arc<sqlx::Error>> {
        if let Self::Sqlite { file, .. } = self {
            // Costs nothing, so it is not kept: the answer says at once that the file is gone, or is back.
            file.check().map_err(Arc::new)?;
        }
        let (Self::Sqlite { pulse, .. } | Self::Postgres { pulse, .. }) = self;
        pulse.or_feel(Box::pin(self.feel_pulse())).await
    }

    async fn feel_pulse(&self) -> Result<Pulse, sqlx::Error> {
        let beaten = timeout(PROMPT, self.beat()).await;
        let writes = beaten.is_ok();
        match (beaten, self) {
            (Ok(written), _) => written?,
            (Err(_), Self::Postgres { reach, .. }) => reach.ask().await?,
            (Err(_), Self::Sqlite { .. }) => {}
        }
        let schema = timeout(PROMPT, self.schema())
            .await
            .unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        Ok(Pulse { writes, schema })
    }

    async fn beat(&self) -> Result<(), sqlx::Error> {
        let mut tx = self.write_access().await?;
        let mut filler = vec![0_u8; FILLER_BYTES];
        rand::rng().fill(&mut filler[..]);
        on!(&mut tx, connection => sqlx::query("UPDATE heartbeat SET at = $1, filler = $2 WHERE id = 1")
            .bind(Utc::now()).bind(filler).execute(connection).await.map(|_| ()))?;
        tx.commit().await
    }

    async fn schema(&self) -> Result<i64, sqlx::Error> {
        let mut tx: Tx = self.read_access().await?;
        on!(&mut tx, connection => sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(connection).await)
    }
}
