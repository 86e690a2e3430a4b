//! What a schema of PostgreSQL is made of: to see whether a backup has the tables that its migrations make.
//!
//! The migrations are run into a schema of their own, which is then taken back, and the two are compared by
//! what PostgreSQL's own catalogue says of them. The text of the migrations cannot be compared: `pg_dump`
//! writes its own.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::db::backup::BackupError;
use crate::db::schema::MIGRATIONS;

/// Where the migrations are run for comparison.
const SCRATCH: &str = "qianshou_compared";

/// One line for each thing in the schema `$1`: its kind, its name, and all else that may differ. Names are
/// said without the schema's. What PostgreSQL makes by itself for another thing is left out (types of rows,
/// triggers of foreign keys, indexes of toast tables), and so is what belongs to an extension.
const THINGS: &str = "
    WITH ours AS (
        SELECT c.* FROM pg_class c WHERE c.relnamespace = quote_ident($1)::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    )
    SELECT CASE relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence'
            WHEN 'm' THEN 'materialized view' ELSE 'relation' END,
        relname::text,
        concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity, relispartition,
            CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END)
    FROM ours WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    UNION ALL
    SELECT 'column', relname || '.' || attname,
        concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
            attcollation::regcollation, pg_get_expr(adbin, adrelid))
    FROM ours JOIN pg_attribute a ON a.attrelid = ours.oid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relkind IN ('r', 'p', 'f') AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'index', i.relname::text,
        concat_ws(' ', replace(pg_get_indexdef(i.oid), quote_ident($1) || '.', ''), indisvalid)
    FROM ours i JOIN pg_index ON indexrelid = i.oid WHERE i.relkind IN ('i', 'I')
    UNION ALL
    SELECT 'constraint', relname || '.' || conname,
        concat_ws(' ', replace(pg_get_constraintdef(k.oid), quote_ident($1) || '.', ''), convalidated)
    FROM ours JOIN pg_constraint k ON conrelid = ours.oid WHERE contype <> 'n'
    UNION ALL
    SELECT 'trigger', relname || '.' || tgname, pg_get_triggerdef(t.oid)
    FROM ours JOIN pg_trigger t ON tgrelid = ours.oid WHERE NOT tgisinternal
    UNION ALL
    SELECT 'rule', relname || '.' || rulename, pg_get_ruledef(r.oid)
    FROM ours JOIN pg_rewrite r ON ev_class = ours.oid WHERE rulename <> '_RETURN'
    UNION ALL
    SELECT 'policy', relname || '.' || polname, polcmd::text
    FROM ours JOIN pg_policy ON polrelid = ours.oid
    UNION ALL
    SELECT 'function', proname::text, pg_get_function_identity_arguments(p.oid)
    FROM pg_proc p WHERE pronamespace = quote_ident($1)::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')";

/// What a schema is made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape(BTreeSet<Thing>);

/// A table, a column, an index and so on: what it is and is called, and how it is made.
type Thing = (String, String);

impl Shape {
    /// A table or a column that only one of the two has, or that is not the same in both.
    pub fn differing_column<'a>(&'a self, other: &'a Self) -> Option<&'a str> {
        let is = |kind: &str, name: &&str| name.starts_with(kind);
        // A table that is missing says more than its columns.
        let table = self.differences(other).find(|name| is("table ", name));
        table.or_else(|| self.differences(other).find(|name| is("column ", name)))
    }

    /// Anything that only one of the two has, or that is not the same in both.
    pub fn difference<'a>(&'a self, other: &'a Self) -> Option<&'a str> {
        self.differing_column(other)
            .or_else(|| self.differences(other).next())
    }

    fn differences<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a str> {
        self.0
            .symmetric_difference(&other.0)
            .map(|(name, _)| name.as_str())
    }

    /// The names of the tables.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter_map(|(name, _)| name.strip_prefix("table "))
    }
}

/// What stands in a schema.
pub(super) async fn of_schema(
    connection: &mut PgConnection,
    schema: &str,
) -> Result<Shape, sqlx::Error> {
    let things: Vec<(String, String, String)> = sqlx::query_as(THINGS)
        .bind(schema)
        .fetch_all(connection)
        .await?;
    let thing = |(kind, name, made)| (format!("{kind} {name}"), made);
    Ok(Shape(things.into_iter().map(thing).collect()))
}

/// What the migrations up to `version` make. Nothing of it stays.
pub(super) async fn of_version(
    connection: &mut PgConnection,
    version: i64,
) -> Result<Shape, BackupError> {
    let mut taken_back = connection.begin().await?;
    let scratch = format!("CREATE SCHEMA {SCRATCH}; SET LOCAL search_path TO {SCRATCH}");
    sqlx::raw_sql(AssertSqlSafe(scratch))
        .execute(&mut *taken_back)
        .await?;
    MIGRATIONS.run_to(version, &mut *taken_back).await?;
    let shape = of_schema(&mut taken_back, SCRATCH).await?;
    taken_back.rollback().await?;
    Ok(shape)
}
