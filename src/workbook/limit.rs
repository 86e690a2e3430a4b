//! How much a workbook may be: what a roster of 1,000,000 persons with 40 columns needs, and not much
//! more.

use serde::{Deserialize, Serialize};

/// Largest file: such a roster takes about 120 MiB as .xlsx.
pub const MAX_FILE_BYTES: u64 = 200 << 20;
/// Most that all parts of a zipped workbook may unpack to: such a roster takes 2 GiB. It is never in
/// memory at once.
pub const MAX_UNPACKED_BYTES: u64 = 4 << 30;
/// A part beyond this size may not be packed tighter than [`MAX_RATIO`].
pub const RATIO_MATTERS_BYTES: u64 = 10 << 20;
/// How many times its packed size a part may be; real rosters reach 50.
pub const MAX_RATIO: u64 = 200;
/// Parts of a zipped workbook, which has some dozens.
pub const MAX_PARTS: usize = 10_000;
/// Different texts in a workbook: they are in memory together.
pub const MAX_TEXTS: u64 = 10_000_000;
/// Most that the different texts of a workbook may take, unpacked.
pub const MAX_TEXT_BYTES: u64 = 1 << 30;
/// Areas of merged cells in all sheets.
pub const MAX_AREAS: usize = 2_000_000;
/// Sheets, and the most bytes of each that are looked at as its head.
pub const MAX_SHEETS: usize = 1_000;
/// The head of a sheet ends early rather than be larger.
pub const MAX_HEAD_BYTES: usize = 4 << 20;
/// Columns that may be used: a roster has fewer than 60.
pub const MAX_COLUMNS: u32 = 200;
/// Rows of a sheet, Excel's own limit.
pub const MAX_ROWS: u32 = 1_048_576;
/// Characters in a cell, Excel's own limit.
pub const MAX_CELL_CHARS: usize = 32_767;

/// What the process that reads a file may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Address space, MiB.
    pub memory_mib: u64,
    /// Time of the processor, seconds.
    pub cpu_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_mib: 1024,
            cpu_seconds: 300,
        }
    }
}

impl Limits {
    /// Files and pipes that may be open: the standard three, the workbook, and some room.
    #[cfg(unix)]
    const OPEN_FILES: u64 = 16;

    /// Puts this process under these limits until it ends; where they are higher than the
    /// [default](Self::default), under those. It can write no file, and leaves no core dump.
    #[cfg(unix)]
    pub fn impose(self) -> std::io::Result<()> {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let most = Self::default();
        for (resource, limit) in [
            (Resource::As, self.memory_mib.min(most.memory_mib) << 20),
            (Resource::Cpu, self.cpu_seconds.min(most.cpu_seconds)),
            (Resource::Nofile, Self::OPEN_FILES),
            (Resource::Fsize, 0),
            (Resource::Core, 0),
        ] {
            let limit = Rlimit {
                current: Some(limit),
                maximum: Some(limit),
            };
            setrlimit(resource, limit)?;
        }
        Ok(())
    }

    /// Elsewhere than on Unix a process of its own is all the protection there is.
    #[cfg(not(unix))]
    pub fn impose(self) -> std::io::Result<()> {
        Ok(())
    }
}
