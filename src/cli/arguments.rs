//! The words of the command line: commands, their arguments and their help.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::NaiveDate;
use clap::{Parser, Subcommand};

use crate::access::Role;
use crate::code_list::CodeList;
use crate::config::Flags;
use crate::import::cli::Accepted;
use crate::import::report::ConflictKind;
use crate::roster::RosterKind;
use crate::roster::choices::LeaveAnswer;
use crate::workbook::reader_process;
use crate::{calendar, import};

/// Qianshou (牵手, hand in hand): help for poor households by the method 三清楚两明确一达成
///
/// Qianshou pairs staff with poor households, logs visits, works out what to do next, and tracks
/// lifts toward the year's target.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
pub struct Cli {
    #[command(flatten)]
    pub flags: Flags,
    /// Language of the help and of what is wrong with the command line [default: by `LC_ALL`, `LC_MESSAGES`, LANG]
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = ["zh", "en"])]
    pub lang: Option<String>,
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  qianshou demo                                     a year in the life of an office, then the docs page
  qianshou serve --listen 0.0.0.0:8080              run for real on qianshou-data/qianshou.db
  qianshou pair --confirm                           a helper for every household that has none
  qianshou template                                 the empty rosters to fill in
  qianshou import households 贫困户名册.xlsx         take a roster in, all or nothing
  qianshou export progress --out progress.xlsx      the workbook to hand up
  qianshou user add wangfang --role office          an account for the office; prints its password once
  qianshou openapi --yaml > openapi.yaml            the document that clients are generated from
  qianshou backup qianshou-2026-11-25.db            save everything while the service runs
  qianshou restore qianshou-2026-11-25.db           bring it back while the service is stopped";

#[derive(Subcommand)]
pub enum Command {
    /// Serve the API and its documentation
    #[command(
        after_help = "Examples:\n  qianshou serve --listen 0.0.0.0:8080 --database postgres://qianshou@db/qianshou\n  qianshou serve --database sqlite:/srv/qianshou.db --create   the first time: makes the database"
    )]
    Serve,
    /// Live through a year of a fictional office, then serve it with the docs page
    #[command(after_help = "Example:\n  qianshou demo --no-serve --dir /tmp/demo")]
    Demo {
        /// End after the year instead of serving
        #[arg(long)]
        no_serve: bool,
        /// Where rosters, database and workbook go; what an earlier demo left there is replaced
        #[arg(long, default_value = crate::demo::FOLDER, value_name = "FOLDER")]
        dir: PathBuf,
    },
    /// Take a roster in, or say what would happen
    #[command(subcommand)]
    Import(ImportCommand),
    /// Write the empty rosters to fill in
    #[command(after_help = "Example:\n  qianshou template --dir import-templates")]
    Template {
        /// Where they go
        #[arg(long, default_value = "import-templates", value_name = "FOLDER")]
        dir: PathBuf,
    },
    /// Write a workbook
    #[command(subcommand)]
    Export(ExportCommand),
    /// Show how far the year's lifts are
    #[command(after_help = "Example:\n  qianshou progress --year 2026 --as-of 2026-11-25")]
    Progress {
        /// The year [default: that of --as-of]
        #[arg(long, value_parser = year)]
        year: Option<i32>,
        /// The day up to which things are seen, YYYY-MM-DD [default: today]
        #[arg(long, value_name = "DAY", value_parser = calendar::argument)]
        as_of: Option<NaiveDate>,
        /// As JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Print the OpenAPI document
    #[command(
        after_help = "Examples:\n  qianshou openapi > openapi.json\n  qianshou openapi --version 3.0 > openapi-3.0.json"
    )]
    Openapi {
        /// The version of OpenAPI: 3.0 for generators of clients that know no later one
        #[arg(long = "version", value_name = "VERSION", default_value = "3.1", value_parser = ["3.1", "3.0"])]
        of: String,
        /// As YAML instead of JSON
        #[arg(long)]
        yaml: bool,
    },
    /// Propose a helper for every household, and say why and what is short
    #[command(
        after_help = "Examples:\n  qianshou pair\n  qianshou pair --town 青禾镇 --village 东圩村 --json\n  qianshou pair --all --unit 实验小学\n  qianshou pair --confirm"
    )]
    Pair {
        /// Only households of this town (镇), by its whole name
        #[arg(long)]
        town: Option<String>,
        /// Only households of this village (村), by its whole name
        #[arg(long)]
        village: Option<String>,
        /// Only by the staff of this unit (单位), by its whole name
        #[arg(long)]
        unit: Option<String>,
        /// Also households that have a helper: each keeps it, unless the two may not be a pair any more
        #[arg(long)]
        all: bool,
        /// Only households of the person with this 工号, who leaves or has left
        #[arg(long, value_name = "NUMBER")]
        leaving: Option<String>,
        /// Make the pairs current from today on
        #[arg(long)]
        confirm: bool,
        /// As JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Check a pairing run, or write its network for other solvers to check
    #[command(subcommand)]
    Pairing(PairingCommand),
    /// Make accounts and reset passwords
    #[command(subcommand)]
    User(UserCommand),
    /// Bring the database to this version's schema, and end
    #[command(after_help = "Example:\n  qianshou migrate --database sqlite:/srv/qianshou.db")]
    Migrate,
    /// Read a workbook for another process of this program: its sheets go to standard output, then
    /// the rows of those whose numbers come from standard input
    #[command(name = reader_process::COMMAND, hide = true)]
    ReadWorkbook {
        /// Most address space, MiB
        #[arg(long)]
        memory_mib: u64,
        /// Most time of the processor, seconds
        #[arg(long)]
        cpu_seconds: u64,
        /// The workbook
        file: PathBuf,
    },
    /// Save the whole database to a new file while it is in use
    #[command(after_help = BACKUP_HELP)]
    Backup {
        /// The file to write; it must not exist
        file: PathBuf,
    },
    /// Put a backup in the place of the database, which nobody may have open
    #[command(after_help = RESTORE_HELP)]
    Restore {
        /// The backup; it is only read
        file: PathBuf,
    },
}

const BACKUP_HELP: &str = "\
The file gets its name when it is whole and checked; only its owner may read it. It holds the state of one
moment, and nobody waits for it.

Examples:
  qianshou backup qianshou-2026-11-25.db
  qianshou backup qianshou-2026-11-25.dump --database postgres://qianshou:PASSWORD@db/qianshou

To bring it back: qianshou restore FILE";

const RESTORE_HELP: &str = "\
Looks the backup through, puts aside what is there now, puts the backup in its place and checks every row
against it. If anything fails or ends it, the database is what it was. Stop the service first.
SQLite puts the old database aside as FILE.before-restore-TIME, PostgreSQL as a schema before_restore_TIME;
delete it when you no longer need it. Rights given to other users of PostgreSQL are not restored.

Examples:
  qianshou restore qianshou-2026-11-25.db
  qianshou restore qianshou-2026-11-25.db --database sqlite:/srv/qianshou/qianshou.db
  qianshou restore qianshou-2026-11-25.dump --database postgres://qianshou:PASSWORD@db/qianshou

Then: qianshou serve";

#[derive(Subcommand)]
pub enum ImportCommand {
    /// Households and their members: our template filled in, or the national system's export
    #[command(after_help = "Example:\n  qianshou import households 贫困户名册.xlsx --dry-run")]
    Households(ImportFile),
    /// Staff who help, and their units
    #[command(after_help = "Example:\n  qianshou import staff 帮扶责任人名册.xlsx")]
    Staff(ImportFile),
    /// Pairs made by hand: which household, which helper, since when
    #[command(after_help = "Example:\n  qianshou import pairings 结对表.xlsx --dry-run")]
    Pairings(PairingFile),
    /// Show the latest imports, with what became of them
    #[command(after_help = "Example:\n  qianshou import list --limit 50")]
    List {
        /// At most so many
        #[arg(long, default_value_t = 20, value_parser = limit)]
        limit: i64,
    },
    /// Take an import back, as long as nothing that came later depends on it
    #[command(after_help = "Example:\n  qianshou import undo 019b6a1c-8f0e-7c3a-9d42-1f5e6b7a8c90")]
    Undo {
        /// The import's id
        #[arg(value_parser = id)]
        id: uuid::Uuid,
    },
}

impl ImportCommand {
    /// The workbook that is taken in, if one is.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Households(wish) | Self::Staff(wish) => Some(&wish.file),
            Self::Pairings(wish) => Some(&wish.file),
            Self::List { .. } | Self::Undo { .. } => None,
        }
    }
}

/// The kinds of questions that have a proposal.
pub fn proposing_kinds() -> Vec<&'static str> {
    let kinds = ConflictKind::ENTRIES.iter().map(|entry| entry.code);
    kinds
        .filter(|code| *code != ConflictKind::Left.code())
        .collect()
}

/// What `--accept` does.
fn accept_help() -> String {
    format!(
        "Do what the preview proposes for this kind of question: {}; or give another of the answers that it \
         lists, as in place_spelling=different_places, and where names are listed the one that stands, as in \
         place_spelling=same_place:双喜村; may be said again",
        proposing_kinds().join(", ")
    )
}

#[derive(clap::Args)]
pub struct ImportFile {
    /// The workbook: .xlsx, .xlsm, .xls, .xlsb, .ods or .csv
    file: PathBuf,
    /// Only check it; nothing is written
    #[arg(long)]
    dry_run: bool,
    /// Leave rows with errors, and those of which something is undecided, out
    #[arg(long)]
    good_rows_only: bool,
    /// Read this sheet and no other; may be said again [default: those that look like the roster]
    #[arg(long = "sheet", value_name = "NAME")]
    sheets: Vec<String>,
    /// Read headings by the profile of this name [default: one saved for just these headings]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    #[arg(long, value_name = "KIND[=ANSWER[:NAME]]", value_parser = accepted, help = accept_help())]
    accept: Vec<Accepted>,
    /// What became of all members whom the register has in a household of the file and the file has not:
    /// `moved_away`, `died`, `stays` or `same_person`
    #[arg(long, value_name = "ANSWER", value_parser = leave_answer)]
    left: Option<LeaveAnswer>,
    /// The same as `--accept KIND=ANSWER`
    #[arg(long = "answer", value_name = "KIND=ANSWER[:NAME]", value_parser = answered)]
    answers: Vec<Accepted>,
    /// Let empty cells of this field (such as phone) clear what the register holds; * for every column of
    /// the file; may be said again
    #[arg(long, value_name = "FIELD")]
    clear_empty: Vec<String>,
    /// Print each problem by itself [default: one line for those of one kind and column]
    #[arg(long)]
    all_problems: bool,
    /// Print the report as JSON, also when the file is refused
    #[arg(long)]
    json: bool,
}

impl ImportFile {
    pub fn wish(self, kind: RosterKind) -> import::cli::Wish {
        import::cli::Wish {
            kind,
            file: self.file,
            dry_run: self.dry_run,
            good_rows_only: self.good_rows_only,
            sheets: self.sheets,
            profile: self.profile,
            accept: self.accept.into_iter().chain(self.answers).collect(),
            left: self.left,
            clear_empty: self.clear_empty,
            all_problems: self.all_problems,
            json: self.json,
        }
    }
}

/// A list of pairs asks nothing and clears nothing, so that it takes fewer choices than a roster.
#[derive(clap::Args)]
pub struct PairingFile {
    /// The workbook: .xlsx, .xlsm, .xls, .xlsb, .ods or .csv
    file: PathBuf,
    /// Only check it; nothing is written
    #[arg(long)]
    dry_run: bool,
    /// Leave rows with errors out
    #[arg(long)]
    good_rows_only: bool,
    /// Read this sheet and no other; may be said again [default: those that look like a list of pairs]
    #[arg(long = "sheet", value_name = "NAME")]
    sheets: Vec<String>,
    /// Read headings by the profile of this name [default: one saved for just these headings]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Print each problem by itself [default: one line for those of one kind and column]
    #[arg(long)]
    all_problems: bool,
    /// Print the report as JSON, also when the file is refused
    #[arg(long)]
    json: bool,
}

impl PairingFile {
    pub fn wish(self) -> import::cli::Wish {
        import::cli::Wish {
            kind: RosterKind::Pairings,
            file: self.file,
            dry_run: self.dry_run,
            good_rows_only: self.good_rows_only,
            sheets: self.sheets,
            profile: self.profile,
            accept: Vec::new(),
            left: None,
            clear_empty: Vec::new(),
            all_problems: self.all_problems,
            json: self.json,
        }
    }
}

#[derive(Subcommand)]
pub enum ExportCommand {
    /// The progress workbook that leaders hand up
    #[command(
        after_help = "Example:\n  qianshou export progress --year 2026 --as-of 2026-11-25 --out progress.xlsx"
    )]
    Progress {
        /// The year [default: that of --as-of]
        #[arg(long, value_parser = year)]
        year: Option<i32>,
        /// The day up to which things are seen, YYYY-MM-DD [default: today]
        #[arg(long, value_name = "DAY", value_parser = calendar::argument)]
        as_of: Option<NaiveDate>,
        /// The file to write; - is standard output
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// The roll of pairings (结对花名册), by unit, to print and sign
    #[command(
        after_help = "Example:\n  qianshou export pairings --as-of 2026-11-25 --unit 青禾小学 --out pairings.xlsx"
    )]
    Pairings {
        /// The day as of which the pairs are shown, YYYY-MM-DD [default: today]
        #[arg(long, value_name = "DAY", value_parser = calendar::argument)]
        as_of: Option<NaiveDate>,
        /// Only of this unit (单位), by its whole name
        #[arg(long)]
        unit: Option<String>,
        /// The file to write; - is standard output
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
pub enum PairingCommand {
    /// Prove that no pairing is better than a run's, and say what was checked; ends with failure if
    /// the run is not what it says. Edits by hand are no failure: it is told what they cost
    #[command(
        after_help = "Example:\n  qianshou pairing verify 019ab3f0-7c11-7d42-9e6a-0d6f2b8c4e11"
    )]
    Verify {
        /// The run's id, whatever became of the run
        #[arg(value_parser = id)]
        run: uuid::Uuid,
    },
    /// Write a run's network, as it was computed, in DIMACS format, and beside it what its nodes stand
    /// for, as CSV
    #[command(
        after_help = "Example:\n  qianshou pairing dimacs 019ab3f0-7c11-7d42-9e6a-0d6f2b8c4e11 --out run.min"
    )]
    Dimacs {
        /// The run's id, whatever became of the run
        #[arg(value_parser = id)]
        run: uuid::Uuid,
        /// The file to write; the nodes go to the same name with the ending .nodes.csv
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
pub enum UserCommand {
    /// Make an account; its password is printed once
    #[command(after_help = "Example:\n  qianshou user add lina --role helper --staff T0012")]
    Add {
        /// The name to log in with
        name: String,
        /// `administrator`, `office`, `unit_contact`, `helper` or `leader`
        #[arg(long, value_parser = role)]
        role: Role,
        /// Staff number (工号) of the person on the staff roster; needed for a helper and for a unit's contact
        #[arg(long)]
        staff: Option<String>,
    },
    /// Show all accounts
    #[command(after_help = "Example:\n  qianshou user list")]
    List,
    /// Give an account a new password, printed once; ends its sessions and unlocks it
    #[command(after_help = "Example:\n  qianshou user reset admin")]
    Reset {
        /// The account's name
        name: String,
    },
    /// Forget the failed log-ins with an account's name, so that it need not wait
    #[command(after_help = "Example:\n  qianshou user unlock lina")]
    Unlock {
        /// The account's name
        name: String,
    },
}

fn id(text: &str) -> Result<uuid::Uuid, String> {
    text.parse()
        .map_err(|_| "应为编号（UUID） / must be a UUID".to_owned())
}

fn year(text: &str) -> Result<i32, String> {
    within(text, 2000..=2100)
}

fn limit(text: &str) -> Result<i64, String> {
    within(text, 1..=200)
}

fn within<T: FromStr + PartialOrd + Display>(
    text: &str,
    range: RangeInclusive<T>,
) -> Result<T, String> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        let (least, most) = range.into_inner();
        format!("应为 {least} 至 {most} 的整数 / must be a whole number from {least} to {most}")
    })
}

fn role(code: &str) -> Result<Role, String> {
    one_of(code)
}

fn leave_answer(code: &str) -> Result<LeaveAnswer, String> {
    one_of(code)
}

/// A kind of question with what it proposes, or with one of its answers and the name that stands.
fn accepted(text: &str) -> Result<Accepted, String> {
    let (kind, answer) = match text.split_once('=') {
        Some((kind, answer)) => (kind, Some(answer)),
        None => (text, None),
    };
    let (answer, name) = match answer.and_then(|answer| answer.split_once(':')) {
        Some((answer, name)) => (Some(answer), Some(name.to_owned())),
        None => (answer, None),
    };
    Ok(Accepted {
        kind: one_of(kind)?,
        answer: answer.map(one_of).transpose()?,
        name,
    })
}

fn answered(text: &str) -> Result<Accepted, String> {
    let accepted = accepted(text)?;
    if accepted.answer.is_none() {
        return Err(
            "应写作 事项=答复，如 place_spelling=same_place / must be KIND=ANSWER, such as place_spelling=same_place"
                .to_owned(),
        );
    }
    Ok(accepted)
}

fn one_of<T: CodeList>(code: &str) -> Result<T, String> {
    T::from_code(code).ok_or_else(|| {
        let codes: Vec<_> = T::ENTRIES.iter().map(|entry| entry.code).collect();
        let codes = codes.join(", ");
        format!("应为下列之一：{codes} / one of: {codes}")
    })
}
