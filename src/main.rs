//! The `qianshou` command: reads the command line and calls the room that does the work.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use qianshou::access::service::{self, NewAccount};
use qianshou::access::{Caller, Role};
use qianshou::app::App;
use qianshou::calendar;
use qianshou::code_list::CodeList;
use qianshou::config::{Config, Flags};
use qianshou::db::{self, Db};
use qianshou::import::report::ConflictKind;
use qianshou::pairing::run::model::Scope;
use qianshou::problem::Problem;
use qianshou::roster::RosterKind;
use qianshou::server;
use qianshou::workbook::limit::Limits;
use qianshou::workbook::{reader_process, reader_worker};
use qianshou::{import, pairing, report, staff, terminal};

/// 牵手：结对帮扶服务（三清楚两明确一达成）
///
/// Qianshou pairs staff with poor households, logs visits, works out what to do next, and tracks
/// lifts toward the year's target.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
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
enum Command {
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
        #[arg(long, default_value = qianshou::demo::FOLDER, value_name = "FOLDER")]
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
    /// Print the OpenAPI document
    #[command(after_help = "Example:\n  qianshou openapi > openapi.json")]
    Openapi {
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
        /// Also households that have a helper: they keep that helper unless they may not
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
enum ImportCommand {
    /// Households and their members: our template filled in, or the national system's export
    #[command(after_help = "Example:\n  qianshou import households 贫困户名册.xlsx --dry-run")]
    Households(ImportFile),
    /// Staff who help, and their units
    #[command(after_help = "Example:\n  qianshou import staff 帮扶责任人名册.xlsx")]
    Staff(ImportFile),
    /// Pairs made by hand: which household, which helper, since when
    #[command(after_help = "Example:\n  qianshou import pairings 结对表.xlsx --dry-run")]
    Pairings {
        /// The workbook: .xlsx, .xlsm, .xls, .xlsb, .ods or .csv
        file: PathBuf,
        /// Only check it; nothing is written
        #[arg(long)]
        dry_run: bool,
        /// Read this sheet and no other; may be said again [default: those that look like a list of pairs]
        #[arg(long = "sheet", value_name = "NAME")]
        sheets: Vec<String>,
    },
    /// Take an import back, as long as nothing that came later depends on it
    #[command(after_help = "Example:\n  qianshou import undo 019b6a1c-8f0e-7c3a-9d42-1f5e6b7a8c90")]
    Undo {
        /// The import's id
        id: uuid::Uuid,
    },
}

const ACCEPT_HELP: &str = "Do what the preview proposes for this kind of question: changed_head, renumbered, \
    moved, split or merged; may be said again";

#[derive(clap::Args)]
struct ImportFile {
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
    #[arg(long, value_name = "KIND", value_parser = conflict_kind, help = ACCEPT_HELP)]
    accept: Vec<ConflictKind>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

impl ImportFile {
    fn wish(self, kind: RosterKind) -> import::cli::Wish {
        import::cli::Wish {
            kind,
            file: self.file,
            dry_run: self.dry_run,
            good_rows_only: self.good_rows_only,
            sheets: self.sheets,
            profile: self.profile,
            accept: self.accept,
            json: self.json,
        }
    }
}

#[derive(Subcommand)]
enum ExportCommand {
    /// The progress workbook that leaders hand up
    #[command(
        after_help = "Example:\n  qianshou export progress --year 2026 --as-of 2026-11-25 --out progress.xlsx"
    )]
    Progress {
        /// The year [default: this year]
        #[arg(long, value_parser = clap::value_parser!(i32).range(2000..=2100))]
        year: Option<i32>,
        /// The day up to which things are seen, YYYY-MM-DD [default: today]
        #[arg(long, value_name = "DAY", value_parser = calendar::argument)]
        as_of: Option<NaiveDate>,
        /// The file to write
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
        /// The file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
enum PairingCommand {
    /// Prove that no pairing is better than a run's, and say what was checked; ends with failure if
    /// the run is not what it says. Edits by hand are no failure: it is told what they cost
    #[command(
        after_help = "Example:\n  qianshou pairing verify 019ab3f0-7c11-7d42-9e6a-0d6f2b8c4e11"
    )]
    Verify {
        /// The run's id, whatever became of the run
        run: uuid::Uuid,
    },
    /// Write a run's network, as it was computed, in DIMACS format, and beside it what its nodes stand
    /// for, as CSV
    #[command(
        after_help = "Example:\n  qianshou pairing dimacs 019ab3f0-7c11-7d42-9e6a-0d6f2b8c4e11 --out run.min"
    )]
    Dimacs {
        /// The run's id, whatever became of the run
        run: uuid::Uuid,
        /// The file to write; the nodes go to the same name with the ending .nodes.csv
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Make an account; its password is printed once
    #[command(after_help = "Example:\n  qianshou user add lina --role helper --staff T0012")]
    Add {
        /// The name to log in with
        name: String,
        /// administrator, office, helper or leader
        #[arg(long, value_parser = role)]
        role: Role,
        /// 工号 of the person on the staff roster; needed for a helper
        #[arg(long)]
        staff: Option<String>,
    },
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

fn role(code: &str) -> Result<Role, String> {
    one_of(code)
}

fn conflict_kind(code: &str) -> Result<ConflictKind, String> {
    one_of(code)
}

fn one_of<T: CodeList>(code: &str) -> Result<T, String> {
    T::from_code(code).ok_or_else(|| {
        let codes: Vec<_> = T::ENTRIES.iter().map(|entry| entry.code).collect();
        format!("one of: {}", codes.join(", "))
    })
}

fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    refuse_what_is_not_heeded(&cli.command, &matches);
    let outcome = match cli.command {
        Command::ReadWorkbook {
            memory_mib,
            cpu_seconds,
            file,
        } => {
            let limits = Limits {
                memory_mib,
                cpu_seconds,
            };
            // Without a runtime: its threads would take address space that the workbook may need.
            reader_worker::run(&file, limits)
                .map(|()| ExitCode::SUCCESS)
                .map_err(Into::into)
        }
        _ => run(cli),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("错误：{error}");
        ExitCode::FAILURE
    })
}

/// Ends the program where the command line asks for something that the command would not do. The
/// environment and the settings file speak to all commands: what stands there may not be meant for this one.
fn refuse_what_is_not_heeded(command: &Command, matches: &ArgMatches) {
    let is_given = |name| matches.value_source(name) == Some(ValueSource::CommandLine);
    if matches!(command, Command::Demo { .. }) && (is_given("database") || is_given("create")) {
        let words = "demo 总是在 --dir 的文件夹中新建自己的数据库，不使用 --database 和 --create；\
            要使用指定的数据库，请用 serve / a demo makes a database of its own in the folder of --dir and heeds \
            neither --database nor --create; to work with a database of yours, use `serve`";
        Cli::command()
            .error(ErrorKind::ArgumentConflict, words)
            .exit();
    }
}

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

#[tokio::main]
async fn run(cli: Cli) -> Outcome {
    let config = Config::load(cli.flags)?;
    let serves = matches!(cli.command, Command::Serve);
    start_log(
        config
            .log
            .as_deref()
            .unwrap_or(if serves { "info" } else { "warn" }),
    );
    match &cli.command {
        Command::Openapi { yaml } => return print(&server::openapi(*yaml)),
        Command::Template { dir } => {
            import::cli::template(dir)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Demo { no_serve, dir } => {
            // A database of its own: a demo never touches the office's.
            let listen = (!no_serve).then_some(config.listen.as_str());
            qianshou::demo::run(dir, listen).await?;
            return Ok(ExitCode::SUCCESS);
        }
        // Neither brings the database forward, and neither makes one.
        Command::Backup { file } => {
            db::backup(&config.database, file).await?;
            return print(&format!("已备份到 {0} / saved to {0}", file.display()));
        }
        Command::Restore { file } => {
            return print(&db::restore(&config.database, file).await?.to_string());
        }
        _ => {}
    }
    let begins = matches!(
        cli.command,
        Command::Migrate | Command::User(UserCommand::Add { .. }) | Command::Import(_)
    ) && !matches!(cli.command, Command::Import(ImportCommand::Undo { .. }));
    let opened = Db::open_or_create(&config.database, config.creation(begins, serves)).await?;
    if opened.made {
        eprintln!("新建了一个空的登记库 / made a new, empty register");
    }
    let mut app = App::new(opened.db);
    app.trusted_proxies = config.trusted_proxies.as_slice().into();
    let outcome = dispatch(cli.command, &config, &app).await;
    app.db.close().await;
    outcome
}

async fn dispatch(command: Command, config: &Config, app: &App) -> Outcome {
    match command {
        Command::Serve => {
            if let Some((name, password)) = service::first_administrator(app).await? {
                println!(
                    "first administrator / 首个管理员：{name}  password / 密码：{password}  （仅显示这一次，请立即记下）"
                );
            }
            server::run(app, &config.listen).await?;
        }
        // Need no open database of the office: done before it is opened.
        Command::Openapi { .. }
        | Command::Backup { .. }
        | Command::Restore { .. }
        | Command::Demo { .. }
        | Command::Template { .. }
        | Command::ReadWorkbook { .. } => {}
        Command::Pair {
            town,
            village,
            unit,
            all,
            leaving,
            confirm,
            json,
        } => {
            let unit_id = match unit {
                Some(unit) => Some(pairing::run::cli::unit_named(app, &unit).await?),
                None => None,
            };
            let leaving = match leaving {
                Some(number) => Some(staff_by_number(app, &number).await?),
                None => None,
            };
            let scope = Scope {
                town,
                village,
                unit_id,
                paired: all,
                leaving,
            };
            return print(&pairing::run::cli::pair(app, scope, confirm, json).await?);
        }
        Command::Pairing(PairingCommand::Verify { run }) => {
            let (told, holds) = pairing::audit::cli::verify(app, run).await?;
            print(&told)?;
            if !holds {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Pairing(PairingCommand::Dimacs { run, out }) => {
            return print(&pairing::audit::cli::dimacs(app, run, &out).await?);
        }
        Command::Import(command) => {
            let (kind, file) = match command {
                ImportCommand::Households(file) => (RosterKind::Households, file),
                ImportCommand::Staff(file) => (RosterKind::Staff, file),
                ImportCommand::Pairings {
                    file,
                    dry_run,
                    sheets,
                } => return pairing::import::cli::import(app, file, dry_run, sheets).await,
                ImportCommand::Undo { id } => return import::cli::undo(app, id).await,
            };
            return Box::pin(import::cli::import(app, &file.wish(kind))).await;
        }
        Command::Export(ExportCommand::Progress { year, as_of, out }) => {
            report::cli::export_progress(app, year, as_of, &out).await?;
        }
        Command::Export(ExportCommand::Pairings { as_of, unit, out }) => {
            report::cli::export_pairings(app, as_of, unit.as_deref(), &out).await?;
        }
        Command::User(command) => return user(command, app).await,
        Command::Migrate => {
            return print(&format!("数据库已是最新结构（{}）", app.db.engine()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn user(command: UserCommand, app: &App) -> Outcome {
    let caller = Caller::command_line();
    let (account, password) = match command {
        UserCommand::Add { name, role, staff } => {
            let staff_id = match staff {
                None => None,
                Some(number) => Some(staff_by_number(app, &number).await?),
            };
            let new = NewAccount {
                username: name,
                role,
                staff_id,
                password: None,
            };
            service::create(app, &caller, new).await?
        }
        UserCommand::Reset { name } => {
            let id = account_named(app, &name).await?;
            service::reset(app, &caller, id, None).await?
        }
        UserCommand::Unlock { name } => {
            let id = account_named(app, &name).await?;
            service::unlock(app, &caller, id).await?;
            return print(&format!("已解除账号 {name} 的登录限制"));
        }
    };
    println!(
        "账号：{}  密码：{}  （仅显示这一次，请立即记下）",
        account.username,
        password.unwrap_or_default()
    );
    Ok(ExitCode::SUCCESS)
}

async fn account_named(app: &App, name: &str) -> Result<uuid::Uuid, Problem> {
    let mut tx = app.db.read().await?;
    Ok(service::find_by_username(&mut tx, name).await?.id)
}

async fn staff_by_number(app: &App, number: &str) -> Result<uuid::Uuid, Problem> {
    let mut tx = app.db.read().await?;
    staff::store::find_by_number(&mut tx, number)
        .await?
        .map(|person| person.id)
        .ok_or_else(|| Problem::not_found("工号", "staff number"))
}

fn print(text: &str) -> Outcome {
    terminal::print(text)?;
    Ok(ExitCode::SUCCESS)
}

/// Logs go to standard error, so that standard output is the command's own; private numbers in them are
/// masked.
fn start_log(filter: &str) {
    tracing_subscriber::fmt()
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_writer(|| qianshou::access::log::Masked(std::io::stderr()))
        .init();
}
