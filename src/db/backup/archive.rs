//! Archives of `pg_dump --format=custom`, read by `pg_restore`. It writes SQL to us and never touches a
//! server, so it needs no address and no password, and all changes are made by one transaction of ours.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::digest::{RowHasher, TableDigest};
use super::error::BackupError;
use crate::db::schema::{Applied, MIGRATIONS_TABLE, SchemaError};

/// Schemas of PostgreSQL in which restores put aside what was there: not part of a backup.
pub(in crate::db) const PUT_ASIDE: &str = "before_restore_";
/// A row is read in pieces of at most so many bytes: one may hold a whole workbook.
const PIECE: u64 = 64 * 1024;

/// An archive whose table of contents can be read and names our tables.
pub(in crate::db) struct Archive {
    /// The path of the archive.
    pub file: PathBuf,
    /// The schema ("public") that our tables are in.
    pub schema: String,
}

/// The three parts of an archive, in the order in which they are restored.
#[derive(Clone, Copy, Debug)]
pub(in crate::db) enum Section {
    /// Tables without keys.
    Tables,
    Rows,
    /// Keys and indexes: made after the rows are in, which is faster and checks them all.
    Keys,
}

impl Section {
    fn name(self) -> &'static str {
        match self {
            Self::Tables => "pre-data",
            Self::Rows => "data",
            Self::Keys => "post-data",
        }
    }
}

/// The rows and the schema version of an archive.
#[derive(Debug, Default)]
pub(in crate::db) struct Contents {
    /// By what stands between `COPY` and `FROM`: the table with its columns.
    pub tables: BTreeMap<String, TableDigest>,
    /// The migrations that it says were applied.
    pub applied: Vec<Applied>,
}

impl Archive {
    /// Reads the table of contents.
    pub async fn open(file: &Path) -> Result<Self, BackupError> {
        let list = run(&[OsStr::new("--list"), file.as_os_str()]).await?;
        // 3210; 1259 16385 TABLE public _sqlx_migrations qianshou
        let schema = list.lines().find_map(|line| {
            let mut words = line
                .split_whitespace()
                .skip_while(|word| *word != "TABLE")
                .skip(1);
            let schema = words.next()?;
            (words.next() == Some(MIGRATIONS_TABLE)).then(|| schema.to_owned())
        });
        let schema = schema.ok_or(BackupError::Schema(SchemaError::Foreign))?;
        let file = file.to_owned();
        Ok(Self { file, schema })
    }

    /// Reads all rows, to the end.
    pub async fn contents(&self) -> Result<Contents, BackupError> {
        let mut contents = Contents::default();
        let mut rows = self.rows()?;
        while let Some(head) = rows.next_table().await? {
            let is_record = table_of(&head).ends_with(MIGRATIONS_TABLE);
            let mut record = Vec::new();
            let mut hasher = RowHasher::default();
            while let Some(piece) = rows.next_piece().await? {
                hasher.update(piece);
                if is_record {
                    record.extend_from_slice(piece);
                }
            }
            if is_record {
                contents.applied = applied(&head, &String::from_utf8_lossy(&record));
            }
            contents.tables.insert(head, hasher.table());
        }
        Ok(contents)
    }

    /// The statements of a section other than the rows.
    pub async fn statements(&self, section: Section) -> Result<String, BackupError> {
        let script = run(&self.arguments(section)).await?;
        Ok(statements_of(&script))
    }

    /// The rows of all tables, table by table.
    pub fn rows(&self) -> Result<Rows, BackupError> {
        let mut child = tool("pg_restore")
            .args(self.arguments(Section::Rows))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| BackupError::tool("pg_restore", &error))?;
        let (Some(stdout), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(BackupError::Tool("pg_restore: no pipe".to_owned()));
        };
        let said = tokio::spawn(async move {
            let mut said = Vec::new();
            let _ = stderr.read_to_end(&mut said).await;
            String::from_utf8_lossy(&said).into_owned()
        });
        Ok(Rows {
            child,
            script: BufReader::with_capacity(256 * 1024, stdout),
            said,
            piece: Vec::new(),
            piece_begins_a_line: true,
        })
    }

    /// Only our schema: what else stands in the database that was saved is not ours to change.
    fn arguments(&self, section: Section) -> Vec<&OsStr> {
        let mut arguments: Vec<&OsStr> = ["--file=-", "--no-owner", "--no-privileges", "--section"]
            .map(OsStr::new)
            .to_vec();
        arguments.extend([section.name(), "--schema", &self.schema].map(OsStr::new));
        arguments.push(self.file.as_os_str());
        arguments
    }
}

/// The rows of an archive, while `pg_restore` writes them.
pub(in crate::db) struct Rows {
    child: Child,
    script: BufReader<ChildStdout>,
    said: JoinHandle<String>,
    piece: Vec<u8>,
    piece_begins_a_line: bool,
}

impl Rows {
    /// Goes on to the next table: its name and columns as `COPY` takes them; `None` at the end of an
    /// archive that is whole.
    pub async fn next_table(&mut self) -> Result<Option<String>, BackupError> {
        while self.read_piece().await? {
            let line = String::from_utf8_lossy(&self.piece);
            let line = line.trim_end();
            if let Some(head) = copy_head(line) {
                return Ok(Some(head.to_owned()));
            }
            if !is_setting(line) {
                let line = line.chars().take(80).collect::<String>();
                return Err(BackupError::Damaged(format!(
                    "unexpected statement: {line}"
                )));
            }
        }
        let status = self.child.wait().await;
        let said = (&mut self.said).await.unwrap_or_default();
        match status {
            Ok(status) if status.success() => Ok(None),
            _ => Err(BackupError::Damaged(said.trim().to_owned())),
        }
    }

    /// The next bytes of the table's rows; `None` at its end.
    pub async fn next_piece(&mut self) -> Result<Option<&[u8]>, BackupError> {
        let begins_a_line = self.piece_begins_a_line;
        if !self.read_piece().await? {
            let said = (&mut self.said).await.unwrap_or_default();
            return Err(BackupError::Damaged(said.trim().to_owned()));
        }
        let is_end = begins_a_line && self.piece == b"\\.\n";
        Ok((!is_end).then_some(&self.piece))
    }

    async fn read_piece(&mut self) -> Result<bool, BackupError> {
        self.piece.clear();
        (&mut self.script)
            .take(PIECE)
            .read_until(b'\n', &mut self.piece)
            .await
            .map_err(|error| BackupError::tool("pg_restore", &error))?;
        self.piece_begins_a_line = self.piece.last() == Some(&b'\n');
        Ok(!self.piece.is_empty())
    }
}

/// `table (columns)` of `COPY table (columns) FROM stdin;`
fn copy_head(line: &str) -> Option<&str> {
    line.strip_prefix("COPY ")?.strip_suffix(" FROM stdin;")
}

/// The table of `table (columns)`.
pub(in crate::db) fn table_of(head: &str) -> &str {
    head.split(" (").next().unwrap_or(head)
}

/// What may stand between the tables: comments and settings of the session that `psql` would need, and
/// its own commands (`\restrict`). An archive made with `--inserts` is none of ours.
fn is_setting(line: &str) -> bool {
    line.is_empty()
        || [
            "--",
            "SET ",
            "SELECT pg_catalog.set_config(",
            "\\restrict",
            "\\unrestrict",
        ]
        .iter()
        .any(|start| line.starts_with(start))
}

/// The statements of a script without its head, which sets up the session of `psql`: some of it is
/// unknown to older servers (`transaction_timeout`), and ours is set up by us.
fn statements_of(script: &str) -> String {
    script
        .lines()
        .skip_while(|line| !line.starts_with("-- Name: "))
        .filter(|line| !line.starts_with("\\unrestrict"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// Reads the rows of sqlx's record.
fn applied(head: &str, rows: &str) -> Vec<Applied> {
    let columns = head.split_once(" (").map_or("", |(_, columns)| columns);
    let columns: Vec<_> = columns.trim_end_matches(')').split(", ").collect();
    let read = |row: &str| {
        let fields: Vec<_> = row.split('\t').collect();
        let field = |name| fields.get(columns.iter().position(|column| *column == name)?);
        Some(Applied {
            version: field("version")?.parse().ok()?,
            checksum: bytes_of(field("checksum")?.strip_prefix("\\\\x")?)?,
            success: *field("success")? == "t",
        })
    };
    rows.lines().filter_map(read).collect()
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

/// One of PostgreSQL's tools. It is killed when dropped: nobody would read its output.
pub(in crate::db) fn tool(name: &str) -> Command {
    let mut command = Command::new(name);
    // Its messages are parsed here, so they must be English.
    command
        .stdin(Stdio::null())
        .env("LC_ALL", "C")
        .kill_on_drop(true);
    command
}

/// The standard output of `pg_restore`, if it succeeds.
async fn run(arguments: &[&OsStr]) -> Result<String, BackupError> {
    let output = tool("pg_restore")
        .args(arguments)
        .output()
        .await
        .map_err(|error| BackupError::tool("pg_restore", &error))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(BackupError::Damaged(said.trim().to_owned()))
    }
}
