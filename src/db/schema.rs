//! Whether what stands in a saved database is this program's schema: by the migrations that it says
//! were applied to it.

/// What brings a database to this program's schema.
pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// sqlx's record of what was applied to a database.
pub(super) const MIGRATIONS_TABLE: &str = "_sqlx_migrations";

/// One migration that was applied to a database.
#[derive(Debug)]
pub(super) struct Applied {
    pub version: i64,
    /// SHA-384 of its text, as sqlx computes it.
    pub checksum: Vec<u8>,
    /// Whether it came to its end.
    pub success: bool,
}

/// How old a schema of ours is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schema {
    /// This program's.
    Current,
    /// Of an earlier version: to be brought forward.
    Older,
}

/// Why a schema is not one that this program can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// No migration of ours, or one that was changed.
    #[error("不是本程序的数据库结构 / not this program's schema")]
    Foreign,
    /// Of a later version of this program.
    #[error(
        "由更新版本的程序写成（结构 {0}），请先升级本程序 / written by a newer version of this program (schema {0}); upgrade first"
    )]
    Newer(i64),
    /// A migration broke off in the middle.
    #[error("第 {0} 号结构升级没有完成 / migration {0} did not come to its end")]
    Unfinished(i64),
}

/// Compares what was applied with what this program knows.
pub(super) fn compare(applied: &[Applied]) -> Result<Schema, SchemaError> {
    let known = || {
        MIGRATIONS
            .iter()
            .filter(|known| !known.migration_type.is_down_migration())
    };
    let newest = known().map(|known| known.version).max().unwrap_or_default();
    if applied.is_empty() {
        return Err(SchemaError::Foreign);
    }
    for one in applied {
        match known().find(|known| known.version == one.version) {
            None if one.version > newest => return Err(SchemaError::Newer(one.version)),
            Some(known) if *known.checksum == one.checksum => {}
            _ => return Err(SchemaError::Foreign),
        }
        if !one.success {
            return Err(SchemaError::Unfinished(one.version));
        }
    }
    Ok(if applied.len() == known().count() {
        Schema::Current
    } else {
        Schema::Older
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Applied> {
        MIGRATIONS
            .iter()
            .map(|known| Applied {
                version: known.version,
                checksum: known.checksum.to_vec(),
                success: true,
            })
            .collect()
    }

    #[test]
    fn ours_is_taken_and_nothing_else() {
        assert_eq!(compare(&all()), Ok(Schema::Current));
        let mut older = all();
        let last = older.pop().unwrap();
        assert_eq!(compare(&older), Ok(Schema::Older));
        assert_eq!(compare(&[]), Err(SchemaError::Foreign));

        let mut newer = all();
        let version = last.version + 1;
        newer.push(Applied { version, ..last });
        assert_eq!(compare(&newer), Err(SchemaError::Newer(version)));
        let mut changed = all();
        changed[0].checksum[0] ^= 1;
        assert_eq!(compare(&changed), Err(SchemaError::Foreign));
        let mut unfinished = all();
        unfinished[0].success = false;
        assert_eq!(compare(&unfinished), Err(SchemaError::Unfinished(1)));
    }
}
