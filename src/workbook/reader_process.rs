//! A workbook that is read by a process of its own, so that no file can harm this one.

use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use super::error::ReadError;
use super::limit::Limits;
use super::merge::owned_row;
use super::pipe::{self, Piece, ROWS_BYTES, SheetHead};
use super::source::{Row, Sheet, Source};

/// The command of the program that reads a file for another process.
pub const COMMAND: &str = "read-workbook";
/// How many bytes the process may send ahead of this one's reading.
#[cfg(target_os = "linux")]
const PIPE_BYTES: usize = 1 << 20;
/// Most bytes of the process's standard error that are logged.
const LAST_WORDS: u64 = 4 << 10;

/// How the process is started.
#[derive(Clone, Debug)]
pub struct Program {
    /// The `qianshou` program.
    pub path: PathBuf,
    /// What the process may use.
    pub limits: Limits,
}

impl Program {
    /// The program that is running, under the limits that hold for all.
    pub fn this() -> Self {
        // Without a path the start will fail, and say so.
        let path = std::env::current_exe().unwrap_or_default();
        Self {
            path,
            limits: Limits::default(),
        }
    }
}

/// A workbook in a file, read by a process that ends when this is dropped.
pub struct Child {
    process: std::process::Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    last_words: Option<JoinHandle<String>>,
    sheets: Vec<Sheet>,
    /// Rows of an earlier request are still to come.
    busy: bool,
    body: Vec<u8>,
}

impl Child {
    /// Opens the file. Waits for the other process, so not to be called on an async thread.
    pub fn open(program: &Program, file: &Path) -> Result<Self, ReadError> {
        let mut child = Self::start(program, file).map_err(|error| {
            tracing::error!(%error, program = %program.path.display(), "the process that reads workbooks could not be started");
            ReadError::Internal
        })?;
        loop {
            match child.receive()? {
                Piece::Sheet => {
                    let sheet = postcard::from_bytes::<SheetHead<'_>>(&child.body);
                    let sheet = sheet.map_err(|error| garbled(&error))?;
                    child.sheets.push(Sheet {
                        name: sheet.name.to_owned(),
                        visible: sheet.visible,
                        head: sheet.head.iter().map(owned_row).collect(),
                        merged: sheet.merged,
                        hidden_columns: sheet.hidden_columns,
                    });
                }
                Piece::Opened => return Ok(child),
                Piece::Failed => return Err(failed(&child.body)),
                Piece::Rows | Piece::RowsEnd => {
                    return Err(garbled(&"rows before they were asked for"));
                }
            }
        }
    }

    fn start(program: &Program, file: &Path) -> io::Result<Self> {
        let mut process = Command::new(&program.path)
            .arg(COMMAND)
            .arg(format!("--memory-mib={}", program.limits.memory_mib))
            .arg(format!("--cpu-seconds={}", program.limits.cpu_seconds))
            .arg(file)
            // It needs none of our secrets.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (Some(requests), Some(answers), Some(mut errors)) = (
            process.stdin.take(),
            process.stdout.take(),
            process.stderr.take(),
        ) else {
            return Err(io::Error::other("the process has no pipes"));
        };
        // A pipe of the usual size holds a single piece, and one process waits for the other after each.
        // Where the system grants no more it goes on as well.
        #[cfg(target_os = "linux")]
        let _ = rustix::pipe::fcntl_setpipe_size(&answers, PIPE_BYTES);
        let last_words = std::thread::spawn(move || {
            let mut words = Vec::new();
            // What cannot be read is not logged.
            let _ = (&mut errors).take(LAST_WORDS).read_to_end(&mut words);
            let _ = io::copy(&mut errors, &mut io::sink());
            String::from_utf8_lossy(&words).into_owned()
        });
        Ok(Self {
            process,
            requests,
            answers: BufReader::with_capacity(ROWS_BYTES, answers),
            last_words: Some(last_words),
            sheets: Vec::new(),
            busy: false,
            body: Vec::new(),
        })
    }

    /// The next piece, its body in `self.body`.
    fn receive(&mut self) -> Result<Piece, ReadError> {
        pipe::receive(&mut self.answers, &mut self.body).map_err(|error| self.ended(&error))
    }

    /// Why no piece came.
    fn ended(&mut self, error: &io::Error) -> ReadError {
        if error.kind() != io::ErrorKind::UnexpectedEof {
            return garbled(error);
        }
        let status = self.process.wait();
        let last_words = self.last_words.take().and_then(|words| words.join().ok());
        let last_words = last_words.unwrap_or_default();
        match status {
            Ok(status) if !status.success() => {
                tracing::warn!(%status, last_words, "reading a workbook ended the process that read it");
                ReadError::Exhausted
            }
            status => {
                tracing::error!(
                    ?status,
                    last_words,
                    "the process that reads workbooks gave no answer"
                );
                ReadError::Internal
            }
        }
    }

    /// Reads and drops the remaining rows of an earlier request.
    fn drain(&mut self) -> Result<(), ReadError> {
        while self.busy {
            self.busy = self.receive()? == Piece::Rows;
        }
        Ok(())
    }
}

/// The error in the body of a [`Piece::Failed`]. What a library said of the file is logged here, for it
/// goes no further.
fn failed(body: &[u8]) -> ReadError {
    let error = pipe::unpack_error(body);
    if let Some(detail) = error.detail() {
        tracing::warn!(detail, "a workbook cannot be read");
    }
    error
}

fn garbled(error: &dyn std::fmt::Display) -> ReadError {
    tracing::error!(%error, "the process that reads workbooks answered what nobody understands");
    ReadError::Internal
}

impl Source for Child {
    fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    fn rows(
        &mut self,
        sheet: usize,
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        self.drain()?;
        let number = u32::try_from(sheet).map_err(|_| ReadError::Internal)?;
        let asked = self.requests.write_all(&number.to_le_bytes());
        // If the process has ended, the next read says so below.
        self.busy = asked.is_ok();
        loop {
            match self.receive()? {
                Piece::Rows => {
                    let mut rest = &self.body[..];
                    while !rest.is_empty() {
                        let (row, left) = postcard::take_from_bytes::<Row<'_>>(rest)
                            .map_err(|error| garbled(&error))?;
                        each(&row)?;
                        rest = left;
                    }
                }
                Piece::RowsEnd => {
                    self.busy = false;
                    return Ok(());
                }
                Piece::Failed => {
                    self.busy = false;
                    return Err(failed(&self.body));
                }
                Piece::Sheet | Piece::Opened => return Err(garbled(&"a sheet among rows")),
            }
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Fails if it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
