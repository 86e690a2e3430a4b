//! What a restore has done, in words.

use std::fmt;

use crate::db::address::Engine;

/// What a restore has done.
#[derive(Debug)]
pub struct Restored {
    /// Each table of the backup with the number of its rows.
    pub tables: Vec<(String, u64)>,
    /// Where that is which was there before: a file, or a schema of PostgreSQL.
    pub put_aside: Option<String>,
    /// Whether the backup was of an earlier version and was brought forward.
    pub migrated: bool,
    pub(super) engine: Engine,
    /// Whether the backup says by a checksum that it is what was saved.
    pub(super) has_checksum: bool,
}

impl fmt::Display for Restored {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: u64 = self.tables.iter().map(|(_, rows)| rows).sum();
        let tables = self.tables.len();
        if self.has_checksum {
            writeln!(
                formatter,
                "已恢复并核对无误：{tables} 张表，{rows} 行 / restored and checked: {tables} tables, {rows} rows"
            )?;
        } else {
            writeln!(
                formatter,
                "已恢复：{tables} 张表，{rows} 行 / restored: {tables} tables, {rows} rows"
            )?;
            writeln!(
                formatter,
                "备份没有校验和（由较早版本或其他方式生成，或生成后被改动过）：结构完好，但无法核对文字和数字是否与备份时一致 / the backup has no checksum (an earlier version or other means made it, or it was written into since): its structure is sound, but whether each text and number is as it was saved cannot be told"
            )?;
        }
        for (table, rows) in &self.tables {
            writeln!(formatter, "  {rows:>9}  {table}")?;
        }
        if self.migrated {
            writeln!(
                formatter,
                "备份来自较早的版本，已升级到本程序的结构 / the backup was of an earlier version and was brought forward"
            )?;
        }
        match (&self.put_aside, self.engine) {
            (None, _) => {}
            (Some(file), Engine::Sqlite) => writeln!(
                formatter,
                "原数据库另存为以下文件，确认不需要后请删除 / what was there before is kept in this file; delete it when you are sure:\n  {file}"
            )?,
            (Some(schema), Engine::Postgres) => writeln!(
                formatter,
                "原数据保存在模式 {schema} 中，确认不需要后执行 / what was there before is kept in this schema; when you are sure:\n  DROP SCHEMA {schema} CASCADE;"
            )?,
        }
        write!(formatter, "下一步 / next:  qianshou serve")
    }
}
