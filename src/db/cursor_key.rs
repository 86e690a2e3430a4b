//! The key that seals the cursors of a database: made once, and kept in it.

use super::cursor::{CursorKey, new_key};
use super::database::Db;
use super::transaction::Tx;
use crate::on;

impl Db {
    /// What seals the cursors of this database; nothing where there is no database.
    pub fn cursor_key(&self) -> Option<&CursorKey> {
        let (Self::Sqlite { cursors, .. } | Self::Postgres { cursors, .. }) = self;
        cursors.get()
    }

    /// Reads the key that the database keeps, or makes one if there is none.
    pub(super) async fn keep_cursor_key(&self) -> Result<(), sqlx::Error> {
        let (Self::Sqlite { cursors, .. } | Self::Postgres { cursors, .. }) = self;
        let key = self.find_cursor_key().await?;
        // A database is opened once: nothing was kept before.
        let _ = cursors.set(key);
        Ok(())
    }

    async fn find_cursor_key(&self) -> Result<CursorKey, sqlx::Error> {
        let mut tx = self.read().await?;
        let kept = stored(&mut tx).await?;
        drop(tx);
        let bytes = match kept {
            Some(bytes) => bytes,
            None => self.make_cursor_key().await?,
        };
        CursorKey::from_bytes(&bytes).map_err(|error| sqlx::Error::Decode(Box::new(error)))
    }

    /// Keeps a new key, unless another program has kept one meanwhile, and gives the one that is kept.
    async fn make_cursor_key(&self) -> Result<Vec<u8>, sqlx::Error> {
        let mut tx = self.write().await?;
        on!(&mut tx, connection => sqlx::query(
            "INSERT INTO cursor_key (id, key) VALUES (1, $1) ON CONFLICT (id) DO NOTHING",
        )
        .bind(new_key().to_vec())
        .execute(connection)
        .await
        .map(|_| ()))?;
        let kept = stored(&mut tx).await?.ok_or(sqlx::Error::RowNotFound)?;
        tx.commit().await?;
        Ok(kept)
    }
}

async fn stored(tx: &mut Tx) -> Result<Option<Vec<u8>>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar("SELECT key FROM cursor_key WHERE id = 1")
        .fetch_optional(connection)
        .await)
}
